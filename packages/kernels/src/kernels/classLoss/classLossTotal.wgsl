// mean: scale = 1 / sum of counts, loss = sum of losses / sum of counts; both 0 where nothing
// counts
// else: scale = factor, loss = factor * sum of losses
//
// losses: f32[rows]; facts: f32[rows, 4] with the counts last; loss, scale: f32[1]
// One workgroup of 64. A thread sums every 64th row, in sums of 64 first; the order depends on the
// count alone.

struct Parameters { rows: u32, mean: u32, factor: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> losses: array<f32>;
@group(0) @binding(2) var<storage, read> facts: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> scale: array<f32>;

var<workgroup> partial: array<vec2f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sums = vec2f(0.0);
  for (var begin = thread; begin < parameters.rows; begin += 4096) {
    var part = vec2f(0.0);
    for (var row = begin; row < min(begin - thread + 4096, parameters.rows); row += 64) {
      part += vec2f(losses[row], facts[row].w);
    }
    sums += part;
  }
  partial[thread] = sums;
  for (var width = 32u; width > 0; width /= 2) {
    workgroupBarrier();
    if (thread < width) { partial[thread] += partial[thread + width]; }
  }
  if (thread > 0) { return; }
  let total = partial[0];
  if (parameters.mean == 0) {
    scale[0] = parameters.factor;
    loss[0] = parameters.factor * total.x;
    return;
  }
  let counted = select(total.y, 1.0, total.y == 0.0);
  scale[0] = 1.0 / counted;
  loss[0] = total.x / counted;
}

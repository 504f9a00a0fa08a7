// columns[b, j] = beta2 * columns[b, j] + (1 - beta2) * mean over the rows of g^2 + epsilon
//
// gradients: f32[batches, rows, width]; columns: f32[batches, width]
// 16 columns a workgroup of 256 threads, in 16 shares of the rows; `groups` workgroups a batch.
#include kernels/adafactor/rates

struct Parameters { id: u32, batches: u32, rows: u32, width: u32, groups: u32, epsilon: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> gradients: array<f32>;
@group(0) @binding(next) var<storage, read_write> columns: array<f32>;

var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = workgroup.x + workgroup.y * workgroups.x;
  let batch = number / parameters.groups;
  if (batch >= parameters.batches) { return; }
  let column = (number - batch * parameters.groups) * 16 + thread % 16;
  let own = ratesOf(parameters.id);
  let begin = batch * parameters.rows;
  var sum = 0.0;
  if (column < parameters.width) {
    for (var row = thread / 16; row < parameters.rows; row += 16) {
      let gradient = gradients[(begin + row) * parameters.width + column] * gradientScale();
      sum += gradient * gradient + parameters.epsilon;
    }
  }
  sums[thread] = sum;
  workgroupBarrier();
  if (thread >= 16 || column >= parameters.width || !own.takesPart) { return; }
  var total = 0.0;
  for (var share = 0u; share < 16; share++) { total += sums[share * 16 + thread]; }
  let place = batch * parameters.width + column;
  columns[place] = (1.0 - own.oneMinusBeta2) * columns[place] + own.oneMinusBeta2 * (total / f32(parameters.rows));
}

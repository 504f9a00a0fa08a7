// rowLoss = (1 - e) * -logp[label] + e * mean over classes of -logp
// gradLogits = weight * (exp(logp) - (1 - e) * [class == label] - e / classes), where asked for
// logp = logits - logSumExp(logits)
//
// logits, gradLogits: f32[rows, classes]; labels: i32[rows]; rowLoss: f32[rows]
// A row whose label is ignoreIndex, or no class, gets zeros.
// With max = max(logits): -logp[c] = (max - logits[c]) + log(sum of exp(logits - max)), so that
// nothing overflows and nothing large cancels.
// One row a workgroup of 128 threads; thread t takes classes t, t + 128, …; sums by a tree in
// workgroup memory: for GPUs with many classes.
#include wgsl/keepNan

struct Parameters { rows: u32, classes: u32, ignoreIndex: u32, smoothing: f32, weight: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<i32>;
@group(0) @binding(3) var<storage, read_write> rowLoss: array<f32>;
#if gradient
@group(0) @binding(4) var<storage, read_write> gradLogits: array<f32>;
#endif

const threads = 128u;
var<workgroup> largests: array<f32, threads>;
var<workgroup> sums: array<vec2f, threads>;

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = workgroup.x + workgroup.y * workgroups.x;
  if (row >= parameters.rows) { return; }
  let classes = parameters.classes;
  let first = row * classes;
  let label = labels[row];
  let kept = bitcast<u32>(label) != parameters.ignoreIndex && bitcast<u32>(label) < classes;

  var ownLargest = -3.402823e38;
  for (var column = thread; column < classes; column += threads) { ownLargest = max(ownLargest, logits[first + column]); }
  largests[thread] = ownLargest;
  workgroupBarrier();
  for (var half = threads / 2; half > 0; half /= 2) {
    if (thread < half) { largests[thread] = max(largests[thread], largests[thread + half]); }
    workgroupBarrier();
  }
  let largest = largests[0];

  var own = vec2f(0.0);
  for (var column = thread; column < classes; column += threads) {
    let below = logits[first + column] - largest;
    own += vec2f(exp(below), -below);
  }
  sums[thread] = own;
  workgroupBarrier();
  for (var half = threads / 2; half > 0; half /= 2) {
    if (thread < half) { sums[thread] += sums[thread + half]; }
    workgroupBarrier();
  }
  // A NaN among the logits is in the distances, whatever its exponential is.
  let sum = select(sums[0].x, notANumber(), isNan(sums[0].y));

  let smoothing = parameters.smoothing;
  let uniformShare = smoothing / f32(classes);
  if (thread == 0) {
    let smoothed = select(0.0, uniformShare * sums[0].y, smoothing > 0.0);
    let chosen = logits[first + select(0u, u32(label), kept)];
    rowLoss[row] = select(0.0, (1.0 - smoothing) * (largest - chosen) + smoothed + logKeepingNan(sum), kept);
  }
#if gradient
  for (var column = thread; column < classes; column += threads) {
    let hit = select(0.0, 1.0 - smoothing, column == u32(label));
    let difference = exp(logits[first + column] - largest) / sum - hit - uniformShare;
    gradLogits[first + column] = select(0.0, parameters.weight * difference, kept);
  }
#endif
}

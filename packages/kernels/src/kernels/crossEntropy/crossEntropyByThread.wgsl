// rowLoss = (1 - e) * -logp[label] + e * mean over classes of -logp
// gradLogits = weight * (exp(logp) - (1 - e) * [class == label] - e / classes), where asked for
// logp = logits - logSumExp(logits)
//
// logits, gradLogits: f32[rows, classes]; labels: i32[rows]; rowLoss: f32[rows]
// A row whose label is ignoreIndex, or no class, gets zeros.
// With max = max(logits): -logp[c] = (max - logits[c]) + log(sum of exp(logits - max)), so that
// nothing overflows and nothing large cancels.
// One row a thread, 64 threads a workgroup, no barriers: for software adapters, and for few classes
// everywhere.
#include wgsl/keepNan

struct Parameters { rows: u32, classes: u32, ignoreIndex: u32, smoothing: f32, weight: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<i32>;
@group(0) @binding(3) var<storage, read_write> rowLoss: array<f32>;
#if gradient
@group(0) @binding(4) var<storage, read_write> gradLogits: array<f32>;
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (row >= parameters.rows) { return; }
  let classes = parameters.classes;
  let first = row * classes;
  let label = labels[row];
  // A negative label is no column: as u32 it is larger than any.
  if (bitcast<u32>(label) == parameters.ignoreIndex || bitcast<u32>(label) >= classes) {
#if gradient
    for (var column = 0u; column < classes; column++) { gradLogits[first + column] = 0.0; }
#endif
    rowLoss[row] = 0.0;
    return;
  }
  var largest = -3.402823e38;
  for (var column = 0u; column < classes; column++) { largest = max(largest, logits[first + column]); }
  // Sums of 64 first, then the sum of those: rounding errors grow with 64 + classes / 64.
  var sum = 0.0;
  var distance = 0.0;
  for (var begin = 0u; begin < classes; begin += 64) {
    var partSum = 0.0;
    var partDistance = 0.0;
    for (var column = begin; column < min(begin + 64, classes); column++) {
      let below = logits[first + column] - largest;
      partSum += exp(below);
      partDistance -= below;
    }
    sum += partSum;
    distance += partDistance;
  }
  // A NaN among the logits is in the distances, whatever its exponential is.
  sum = select(sum, notANumber(), isNan(distance));
  let smoothing = parameters.smoothing;
  let uniformShare = smoothing / f32(classes);
  let smoothed = select(0.0, uniformShare * distance, smoothing > 0.0);
  rowLoss[row] = (1.0 - smoothing) * (largest - logits[first + u32(label)]) + smoothed + logKeepingNan(sum);
#if gradient
  for (var column = 0u; column < classes; column++) {
    let hit = select(0.0, 1.0 - smoothing, column == u32(label));
    gradLogits[first + column] = parameters.weight * (exp(logits[first + column] - largest) / sum - hit - uniformShare);
  }
#endif
}

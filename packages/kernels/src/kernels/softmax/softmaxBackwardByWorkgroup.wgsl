// gradInput = output * (gradOutput - sum of gradOutput * output over the row)
// logarithmic: gradInput = gradOutput - exp(output) * sum of gradOutput over the row
//
// gradOutput, output (of the forward pass), gradInput: [rows, columns].
// One row a workgroup of 128 threads; thread t takes columns t, t + 128, …; sums by a tree in
// workgroup memory: for GPUs with many columns.
#include wgsl/keepNan

struct Parameters { rows: u32, columns: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> gradOutput: array<GradOutput>;
@group(0) @binding(2) var<storage, read> output: array<Output>;
@group(0) @binding(3) var<storage, read_write> gradInput: array<GradInput>;

const threads = 128u;
var<workgroup> sums: array<f32, threads>;

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = workgroup.x + workgroup.y * workgroups.x;
  if (row >= parameters.rows) { return; }
  let first = row * parameters.columns;
  let end = first + parameters.columns;
  var ownSum = 0.0;
  for (var index = first + thread; index < end; index += threads) {
#if logarithmic
    ownSum += loadGradOutput(index);
#else
    ownSum += loadGradOutput(index) * loadOutput(index);
#endif
  }
  sums[thread] = ownSum;
  workgroupBarrier();
  for (var half = threads / 2; half > 0; half /= 2) {
    if (thread < half) { sums[thread] += sums[thread + half]; }
    workgroupBarrier();
  }
  let sum = sums[0];
  for (var index = first + thread; index < end; index += threads) {
    let gradient = loadGradOutput(index);
    let value = loadOutput(index);
#if logarithmic
    storeGradInput(index, gradient - expKeepingNan(value) * sum);
#else
    storeGradInput(index, value * (gradient - sum));
#endif
  }
}

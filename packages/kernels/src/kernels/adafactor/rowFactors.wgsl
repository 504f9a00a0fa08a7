// factors[b, i] = 1 / sqrt(rows[b, i] / mean of rows[b])
//
// rows, factors: f32[batches, count]
// One batch a workgroup of 256 threads; thread t takes rows t, t + 256, …
#include kernels/adafactor/workgroupSum

struct Parameters { batches: u32, count: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> rows: array<f32>;
@group(0) @binding(next) var<storage, read_write> factors: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let batch = workgroup.x + workgroup.y * workgroups.x;
  if (batch >= parameters.batches) { return; }
  let begin = batch * parameters.count;
  var sum = 0.0;
  for (var row = thread; row < parameters.count; row += 256) { sum += rows[begin + row]; }
  let mean = workgroupSum(vec2f(sum, 0.0), thread).x / f32(parameters.count);
  for (var row = thread; row < parameters.count; row += 256) { factors[begin + row] = inverseSqrt(rows[begin + row] / mean); }
}

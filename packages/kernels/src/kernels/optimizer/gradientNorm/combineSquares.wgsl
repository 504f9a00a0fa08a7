// output[thread] = sum of 64 consecutive scaled sums of the input
//
// input: vec2u[count], output: vec2u[ceil(count / 64)], as scaledSum.wgsl stores them
// One sum of 64 a thread, in 8 sums of 8; 64 threads a workgroup.
#include kernels/optimizer/gradientNorm/scaledSum

struct Parameters { count: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> output: array<vec2u>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  let first = number * 64;
  if (first >= parameters.count) { return; }
  var total = ScaledSum(0.0, lowestExponent);
  for (var block = first; block < min(first + 64, parameters.count); block += 8) {
    var part = ScaledSum(0.0, lowestExponent);
    for (var index = block; index < min(block + 8, parameters.count); index++) { part = addScaled(part, loadScaled(input[index])); }
    total = addScaled(total, part);
  }
  output[number] = storedScaled(total);
}

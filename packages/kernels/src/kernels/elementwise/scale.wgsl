// output[i] = factor * input[i]
//
// input, output: [length]
// Vectors of four, or single ones, go to threads by flatIndexing; 64 threads a workgroup.
#include wgsl/flatIndexing

struct Parameters { count: u32, factor: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = flatIndexing(workgroup, workgroups, thread, parameters.count);
  for (var index = share.first; index < share.end; index += 8) {
    storeOutput(index, parameters.factor * loadInput(index));
  }
}

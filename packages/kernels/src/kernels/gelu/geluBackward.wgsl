// gradInput[i] = gradOutput[i] * gelu'(input[i])
//
// gradOutput, input, gradInput: [length]
// Vectors of four, or single ones, go to threads by flatIndexing; 64 threads a workgroup.
#include wgsl/flatIndexing
#include kernels/gelu/geluFunctions

struct Parameters { count: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> gradOutput: array<GradOutput>;
@group(0) @binding(2) var<storage, read> input: array<Input>;
@group(0) @binding(3) var<storage, read_write> gradInput: array<GradInput>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = flatIndexing(workgroup, workgroups, thread, parameters.count);
  for (var index = share.first; index < share.end; index += 8) {
    storeGradInput(index, loadGradOutput(index) * geluDerivativeOfEach(loadInput(index)));
  }
}

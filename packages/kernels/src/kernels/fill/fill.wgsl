// output[i] = value
//
// output: [length]. The value travels as its bits, those of f32 for f16 arrays.
// Vectors of four, or single ones, go to threads by flatIndexing; 64 threads a workgroup.
#include wgsl/flatIndexing

#if vec4
alias Bits = vec4u;
#else
alias Bits = u32;
#endif

struct Parameters { count: u32, bits: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = flatIndexing(workgroup, workgroups, thread, parameters.count);
  for (var index = share.first; index < share.end; index += 8) {
    storeOutput(index, bitcast<OutputValues>(Bits(parameters.bits)));
  }
}

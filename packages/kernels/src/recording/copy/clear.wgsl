// words[i] = 0
//
// words: [count], of u32 or vec4u.
// Vectors of four, or single ones, go to threads by flatIndexing; 64 threads a workgroup.
#include wgsl/flatIndexing

#if vec4
alias Words = vec4u;
#else
alias Words = u32;
#endif

struct Parameters { count: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> words: array<Words>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = flatIndexing(workgroup, workgroups, thread, parameters.count);
  for (var index = share.first; index < share.end; index += 8) { words[index] = Words(); }
}

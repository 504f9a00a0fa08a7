// target[i] = source[i]
//
// source, target: [count], of u32 or vec4u; target is called words here, as WGSL reserves its name.
// With endsWithin the second half of the last word stays as it is.
// Vectors of four, or single ones, go to threads by flatIndexing; 64 threads a workgroup.
#include wgsl/flatIndexing

#if vec4
alias Words = vec4u;
#else
alias Words = u32;
#endif

struct Parameters { count: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> source: array<Words>;
@group(0) @binding(2) var<storage, read_write> words: array<Words>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = flatIndexing(workgroup, workgroups, thread, parameters.count);
  for (var index = share.first; index < share.end; index += 8) {
#if endsWithin
    if (index + 1 == parameters.count) {
      words[index] = (words[index] & 0xffff0000u) | (source[index] & 0xffffu);
      continue;
    }
#endif
    words[index] = source[index];
  }
}

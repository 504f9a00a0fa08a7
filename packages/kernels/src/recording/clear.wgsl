// words[i] = 0
//
// words: [count], of u32 or vec4u: the alias Words in front.
// One element a thread and turn, 64 threads a workgroup, four turns: thread t of workgroup w takes w * 256 + t + {0, 64, 128, 192}.

struct Parameters { count: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> words: array<Words>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first = (workgroup.x + workgroup.y * workgroups.x) * 256 + thread;
  for (var index = first; index < min(first + 256, parameters.count); index += 64) { words[index] = Words(); }
}

// target[i] = source[i]
//
// source, target: [count], of u32 or vec4u: the alias Words in front; target is called words here, as WGSL reserves its name.
// One element a thread and turn, 64 threads a workgroup, four turns: thread t of workgroup w takes w * 256 + t / 8 * 32 + t % 8 +
// {0, 8, 16, 24}, so that eight neighbours, which a processor runs to their end together, go through memory in order.

struct Parameters { count: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> source: array<Words>;
@group(0) @binding(2) var<storage, read_write> words: array<Words>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first = (workgroup.x + workgroup.y * workgroups.x) * 256 + thread / 8 * 32;
  for (var index = first + thread % 8; index < min(first + 32, parameters.count); index += 8) { words[index] = source[index]; }
}

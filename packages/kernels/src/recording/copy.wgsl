// output[i] = input[i]
//
// input, output: u32[words], any 32-bit or packed 16-bit content.
// One thread per word, 64 threads a workgroup, four words a thread: thread t of workgroup w takes words w * 256 + t + {0, 64, 128, 192}.

struct Parameters { words: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<u32>;
@group(0) @binding(2) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first = (workgroup.x + workgroup.y * workgroups.x) * 256 + thread;
  for (var word = first; word < min(first + 256, parameters.words); word += 64) { output[word] = input[word]; }
}

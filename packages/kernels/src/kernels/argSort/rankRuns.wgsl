// output = numbers of the elements of each row, sorted within runs of runLength elements
//
// input: [outer, length, inner]; output: i32[outer, length, inner]. Equal elements keep their
// order. One element a thread, 64 threads a workgroup: it goes behind all of its run that precede
// it, which it counts. No workgroup memory, no barriers: for software adapters.
#include kernels/argSort/order

struct Parameters { count: u32, length: u32, inner: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read_write> output: array<i32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (index >= parameters.count) { return; }
  let inner = parameters.inner;
  let place = index / inner % parameters.length;
  let base = index - place * inner;
  let own = orderOf(loadInput(index));
  let begin = place / runLength * runLength;
  var goal = begin;
  for (var other = begin; other < min(begin + runLength, parameters.length); other++) {
    let order = orderOf(loadInput(base + other * inner));
    goal += u32(order < own || (order == own && other < place));
  }
  output[base + goal * inner] = i32(place);
}

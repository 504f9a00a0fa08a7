// output = numbers of the elements of each row in order, runs of width merged two by two: each
//   element goes to its place in its own run, behind those of the neighbouring run that precede it
//
// input: [outer, length, inner]; runs, output: i32[outer, length, inner]; sortRuns.wgsl makes the
// first runs. Equal elements keep their order.
// One element a thread, 64 threads a workgroup.
#include kernels/argSort/order

struct Parameters { count: u32, length: u32, inner: u32, width: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read> runs: array<i32>;
@group(0) @binding(next) var<storage, read_write> output: array<i32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (index >= parameters.count) { return; }
  let inner = parameters.inner;
  let length = parameters.length;
  let width = parameters.width;
  let place = index / inner % length;
  let base = index / inner / length * length * inner + index % inner;
  let number = u32(runs[index]);
  let own = orderOf(loadInput(base + number * inner));
  let run = place / width;
  let isLater = run % 2 == 1;
  let pair = (run - run % 2) * width;
  let begin = min(length, pair + select(width, 0u, isLater));
  var low = begin;
  var high = min(length, begin + width);
  // The end of those that precede: equal ones too, where this run is the later.
  while (low < high) {
    let middle = (low + high) / 2;
    let candidate = u32(runs[base + middle * inner]);
    let other = orderOf(loadInput(base + candidate * inner));
    if (other < own || (isLater && other == own)) { low = middle + 1; } else { high = middle; }
  }
  let goal = pair + place - run * width + low - begin;
  output[base + goal * inner] = i32(number);
}

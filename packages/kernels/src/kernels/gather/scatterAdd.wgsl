// output[o, d, i] = sum of input[o, k, i] over all k with numbers[o, k, i] == d
//
// input: [outer, places, inner]; output: [outer, length, inner]; numbers: i32 or u32 where the
// strides say; order: i32 as numbers lie: the places of each row sorted by their number
// One sum a thread, 64 threads a workgroup. A thread finds the first of its places by bisection and
// adds them in ascending order, 64 at a time: no atomics, the same bits on every run.

struct Parameters { count: u32, length: u32, places: u32, inner: u32, outerStride: u32, placeStride: u32, innerStride: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read> numbers: array<Numbers>;
@group(0) @binding(next) var<storage, read> order: array<i32>;
@group(0) @binding(next) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let element = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (element >= parameters.count) { return; }
  let column = element % parameters.inner;
  let goal = NumbersValues(element / parameters.inner % parameters.length);
  let row = element / parameters.inner / parameters.length;
  let base = row * parameters.outerStride + column * parameters.innerStride;
  let stride = parameters.placeStride;
  var low = 0u;
  var high = parameters.places;
  while (low < high) {
    let middle = (low + high) / 2;
    let place = u32(order[base + middle * stride]);
    if (loadNumbers(base + place * stride) < goal) { low = middle + 1; } else { high = middle; }
  }
  var sum = Values();
  var part = Values();
  var added = 0u;
  for (; low < parameters.places; low++) {
    let place = u32(order[base + low * stride]);
    if (loadNumbers(base + place * stride) != goal) { break; }
    part += loadInput((row * parameters.places + place) * parameters.inner + column);
    added += 1;
    if (added % 64 == 0) {
      sum += part;
      part = Values();
    }
  }
  storeOutput(element, sum + part);
}

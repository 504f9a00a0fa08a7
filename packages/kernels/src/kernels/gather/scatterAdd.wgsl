// output[o, d, i] = sum of input[o, k, i] over all k with numbers[o, k, i] == d
//
// input: [outer, places, inner]; output: [outer, length, inner]; numbers: i32 or u32 where the
// strides say; order: i32 as numbers lie: the places of each row sorted by their number
// Where one number serves a row of `inner` elements (`rows`), vectors of these go to threads by
// rowIndexing; else one sum a thread. 64 threads a workgroup. A thread finds the first of its
// places by bisection and adds them in ascending order, 64 at a time: the same bits each run.
#if rows
#include wgsl/rowIndexing

struct Parameters { elements: Matrix, length: u32, places: u32, outerStride: u32, placeStride: u32 }
#else
struct Parameters { count: u32, length: u32, places: u32, inner: u32, outerStride: u32, placeStride: u32, innerStride: u32 }
#endif
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read> numbers: array<Numbers>;
@group(0) @binding(next) var<storage, read> order: array<i32>;
@group(0) @binding(next) var<storage, read_write> output: array<Output>;

// The first, in order, of the places of a row whose number is not less than `goal`.
fn firstOf(base: u32, goal: NumbersValues) -> u32 {
  var low = 0u;
  var high = parameters.places;
  while (low < high) {
    let middle = (low + high) / 2;
    let place = u32(order[base + middle * parameters.placeStride]);
    if (loadNumbers(base + place * parameters.placeStride) < goal) { low = middle + 1; } else { high = middle; }
  }
  return low;
}

// The sum over the places from `begin` on whose number is `goal`; their elements lie `inner` apart.
fn sumOf(begin: u32, base: u32, goal: NumbersValues, first: u32, inner: u32) -> InputValues {
  var sum = InputValues();
  var part = InputValues();
  var added = 0u;
  for (var next = begin; next < parameters.places; next++) {
    let place = u32(order[base + next * parameters.placeStride]);
    if (loadNumbers(base + place * parameters.placeStride) != goal) { break; }
    part += loadInput(first + place * inner);
    added += 1;
    if (added % 64 == 0) {
      sum += part;
      part = InputValues();
    }
  }
  return sum + part;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
#if rows
  let share = rowIndexing(parameters.elements, workgroup, workgroups, thread);
  let columns = parameters.elements.columns;
  for (var row = share.firstRow; row < share.endRow; row++) {
    let outer = row / parameters.length;
    let goal = NumbersValues(row - outer * parameters.length);
    let base = outer * parameters.outerStride;
    let begin = firstOf(base, goal);
    for (var column = share.firstColumn; column < share.endColumn; column += 8) {
      storeOutput(row * columns + column, sumOf(begin, base, goal, outer * parameters.places * columns + column, columns));
    }
  }
#else
  let element = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (element >= parameters.count) { return; }
  let column = element % parameters.inner;
  let goal = NumbersValues(element / parameters.inner % parameters.length);
  let row = element / parameters.inner / parameters.length;
  let base = row * parameters.outerStride + column * parameters.innerStride;
  storeOutput(element, sumOf(firstOf(base, goal), base, goal, row * parameters.places * parameters.inner + column, parameters.inner));
#endif
}

// output[o, d, i] = sum of input[o, k, i] over all k with numbers[o, k, i] == d
//
// input: [outer, places, columns]; output: [outer, length, columns]; order, begins, ends: as in
// scatterBounds.wgsl; partials: [parts, outer, columns], of scatterParts.wgsl, where there are
// levels of them
// Where one index serves a row (`rows`), vectors of its columns go to threads by rowIndexing; else
// sums go to them by flatIndexing. 64 threads a workgroup. A thread adds the whole parts of its
// run, the largest first, and then what is left, 64 positions at a time. So the order of sums is
// fixed, and up to 8191 positions it is that of sums of 64 which are added one after the other.
#include kernels/gather/sortedLists
#if rows
#include wgsl/rowIndexing

struct Parameters { elements: Matrix, lists: Lists }
#else
#include wgsl/flatIndexing

struct Parameters { lists: Lists }
#endif
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read> order: array<i32>;
@group(0) @binding(next) var<storage, read> begins: array<u32>;
@group(0) @binding(next) var<storage, read> ends: array<u32>;
#if levels
@group(0) @binding(next) var<storage, read> partials: array<InputValues>;
#endif
@group(0) @binding(next) var<storage, read_write> output: array<Output>;

fn sumOf(outer: u32, number: u32, column: u32) -> InputValues {
  let lists = parameters.lists;
  let cell = cellOf(lists, outer, column, number);
  let end = ends[cell];
  var position = begins[cell];
  var sum = InputValues();
#if levels
  var firstPart = lists.parts;
  for (var level = lists.levels; level > 0; level--) {
    let shift = 6 * level;
    firstPart -= lists.places >> shift;
    for (; position + (1u << shift) <= end; position += 1u << shift) {
      sum += partials[((firstPart + (position >> shift)) * lists.outer + outer) * lists.columns + column];
    }
  }
#endif
  let base = baseOf(lists, outer, column);
  while (position < end) {
    var part = InputValues();
    let endOfPart = min(position + 64, end);
    for (; position < endOfPart; position++) {
      let place = u32(order[base + position * lists.placeStride]);
      part += loadInput((outer * lists.places + place) * lists.columns + column);
    }
    sum += part;
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let length = parameters.lists.length;
  let columns = parameters.lists.columns;
#if rows
  let share = rowIndexing(parameters.elements, workgroup, workgroups, thread);
  for (var row = share.firstRow; row < share.endRow; row++) {
    let outer = row / length;
    for (var column = share.firstColumn; column < share.endColumn; column += abreast) {
      storeOutput(row * columns + column, sumOf(outer, row - outer * length, column));
    }
  }
#else
  let share = flatIndexing(workgroup, workgroups, thread, parameters.lists.outer * length * columns);
  for (var index = share.first; index < share.end; index += 8) {
    let row = index / columns;
    storeOutput(index, sumOf(row / length, row % length, index % columns));
  }
#endif
}

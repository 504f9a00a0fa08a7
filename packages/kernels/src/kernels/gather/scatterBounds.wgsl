// begins[cell] = the first position of the index in its sorted list
// ends[cell] = the position after its last
//
// numbers: i32 or u32 where the strides say; order: i32 as numbers lie: the places of each list
// sorted by their number; begins, ends: u32, a cell for each index of each list. Indices out of
// range have no cell.
// One of `items` of each list a thread, 64 threads a workgroup. Items are positions and the one
// behind them: where a number changes one run ends and one begins, and indices that do not occur
// keep the zeros that both arrays hold. With `bisect`, for lists much longer than the axis, items
// are indices, which look for their runs.
#include kernels/gather/sortedLists

struct Parameters { lists: Lists, count: u32, columnLists: u32, items: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> numbers: array<Numbers>;
@group(0) @binding(next) var<storage, read> order: array<i32>;
@group(0) @binding(next) var<storage, read_write> begins: array<u32>;
@group(0) @binding(next) var<storage, read_write> ends: array<u32>;

// The number at a position, and one out of range behind the last and before the first.
fn numberAt(base: u32, position: u32) -> NumbersValues {
  if (position >= parameters.lists.places) { return NumbersValues(0xffffffffu); }
  let stride = parameters.lists.placeStride;
  return loadNumbers(base + u32(order[base + position * stride]) * stride);
}

#if bisect
// The first position of a number that is not less than `goal`.
fn firstOf(base: u32, goal: u32) -> u32 {
  var low = 0u;
  var high = parameters.lists.places;
  while (low < high) {
    let middle = (low + high) / 2;
    if (numberAt(base, middle) < NumbersValues(goal)) { low = middle + 1; } else { high = middle; }
  }
  return low;
}
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (index >= parameters.count) { return; }
  let lists = parameters.lists;
  let column = index % parameters.columnLists;
  let item = index / parameters.columnLists % parameters.items;
  let outer = index / parameters.columnLists / parameters.items;
  let base = baseOf(lists, outer, column);
#if bisect
  let cell = cellOf(lists, outer, column, item);
  begins[cell] = firstOf(base, item);
  ends[cell] = firstOf(base, item + 1);
#else
  let before = u32(numberAt(base, item - 1));
  let number = u32(numberAt(base, item));
  if (before == number) { return; }
  if (number < lists.length) { begins[cellOf(lists, outer, column, number)] = item; }
  if (before < lists.length) { ends[cellOf(lists, outer, column, before)] = item; }
#endif
}

// begins[cell] = 1 + the first position of the index in its sorted list, ends[cell] = the position
// after its last
//
// numbers: i32 or u32 where the strides say; order: i32 as numbers lie: the places of each list
// sorted by their number; begins, ends: u32, a cell for each index of each list, of which begins
// holds zeros. Indices out of range have no cell.
// One position a thread, 64 threads a workgroup; where a run begins, the one before ends.
#include kernels/gather/sortedLists

struct Parameters { lists: Lists, count: u32, columnLists: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> numbers: array<Numbers>;
@group(0) @binding(next) var<storage, read> order: array<i32>;
@group(0) @binding(next) var<storage, read_write> begins: array<u32>;
@group(0) @binding(next) var<storage, read_write> ends: array<u32>;

fn numberAt(base: u32, position: u32) -> u32 {
  let stride = parameters.lists.placeStride;
  return u32(loadNumbers(base + u32(order[base + position * stride]) * stride));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (index >= parameters.count) { return; }
  let lists = parameters.lists;
  let column = index % parameters.columnLists;
  let position = index / parameters.columnLists % lists.places;
  let outer = index / parameters.columnLists / lists.places;
  let base = baseOf(lists, outer, column);
  let number = numberAt(base, position);
  let before = numberAt(base, max(position, 1) - 1);
  let isInside = number < lists.length;
  if (isInside && (position == 0 || before != number)) { begins[cellOf(lists, outer, column, number)] = position + 1; }
  if (before < lists.length && before != number) { ends[cellOf(lists, outer, column, before)] = position; }
  if (isInside && position + 1 == lists.places) { ends[cellOf(lists, outer, column, number)] = lists.places; }
}

// partials[part] = sum of input over the 64 positions of a part of level 1, or of 64 parts of the
//   level below
//
// input: [outer, places, columns]; numbers, order, begins, ends: as in scatterBounds.wgsl
// partials: f32 or that of whole numbers, [parts, outer, columns], as sortedLists.wgsl says
// One sum a thread, 64 threads a workgroup: a part that is whole has a position of which the number
// is one less than a multiple of its size, and a thread looks for each of these. Sums are taken in
// ascending order: the same bits each run.
#include kernels/gather/sortedLists

struct Parameters { lists: Lists, count: u32, level: u32, firstPart: u32, firstBelow: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read> numbers: array<Numbers>;
@group(0) @binding(next) var<storage, read> order: array<i32>;
@group(0) @binding(next) var<storage, read> begins: array<u32>;
@group(0) @binding(next) var<storage, read> ends: array<u32>;
@group(0) @binding(next) var<storage, read_write> partials: array<InputValues>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (index >= parameters.count) { return; }
  let lists = parameters.lists;
  let column = index % lists.columns;
  let outer = index / lists.columns % lists.outer;
  let part = index / lists.columns / lists.outer;
  let base = baseOf(lists, outer, column);
  let shift = 6 * parameters.level;
  let size = 1u << shift;
  let first = part * size;
  let last = u32(order[base + (first + size - 1) * lists.placeStride]);
  let number = u32(loadNumbers(base + last * lists.placeStride));
  if (number >= lists.length) { return; }
  let cell = cellOf(lists, outer, column, number);
  var begin = begins[cell];
  if (begin < first) { begin += (first - begin + size - 1) / size * size; }
  if (begin + size > ends[cell]) { return; }
  var sum = InputValues();
  for (var step = 0u; step < 64; step++) {
#if ofParts
    let below = parameters.firstBelow + (begin >> (shift - 6)) + step;
    sum += partials[(below * lists.outer + outer) * lists.columns + column];
#else
    let place = u32(order[base + (begin + step) * lists.placeStride]);
    sum += loadInput((outer * lists.places + place) * lists.columns + column);
#endif
  }
  partials[((parameters.firstPart + part) * lists.outer + outer) * lists.columns + column] = sum;
}

// output[o, p, i] = finished(combined(valueOf(input[o, p, i]), valueOf(input[o, p + parts, i]), …))
//
// input: [outer, length, inner]; output: [outer, parts, inner]; center: [outer, inner], where the
// member compares with one. valueOf, combined and finished are those of the member, as members.ts
// writes them, for all lanes of a vector as lanes.ts does; in stages after the first valueOf is
// left out, and finished in all but the last. They compute with Number: f32, or the type of whole
// numbers, whose sums wrap.
// Each part takes every parts-th element, so that neighbouring threads read neighbouring elements,
// and the order depends on the shape alone. Where that saves a dispatch (`joined`) a thread takes
// all parts of its sum, one after the other, in the same order.
// One sum a thread, or four that lie side by side, or one of a row that is read in vectors of four:
// their lanes are four parts where parts are joined, else neighbours, combined in turn. Rows,
// columns, parts and steps are counted in elements, or in vectors; workgroups have `threads`.
#include kernels/reduce/functions

struct Parameters { outputs: u32, columns: u32, rowLength: u32, inner: u32, parts: u32, power: f32, factor: f32, empty: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
#if centered
@group(0) @binding(next) var<storage, read> center: array<Center>;
#endif
@group(0) @binding(next) var<storage, read_write> output: array<Output>;

#if joined
alias Part = Lanes;
fn partOf(x: Lanes) -> Part { return x; }
fn partWith(total: Part, x: Lanes) -> Part { return combinedLanes(total, x); }
#else
alias Part = Result;
fn partOf(x: Lanes) -> Part { return resultOf(x); }
fn partWith(total: Part, x: Lanes) -> Part { return resultWith(total, x); }
#endif

fn valuesAt(place: u32, middle: Lanes) -> Lanes {
#if firstStage
  return valuesOf(Lanes(loadInput(place)), middle);
#else
  return Lanes(loadInput(place));
#endif
}

// Two loads at a time: both are under way, and the loop takes half as many turns.
fn partFrom(first: u32, end: u32, step: u32, middle: Lanes) -> Part {
  if (first >= end) { return Part(Number(parameters.empty)); }
  var total = partOf(valuesAt(first, middle));
  var place = first + step;
  for (; place + step < end; place += 2 * step) {
    let values = valuesAt(place, middle);
    let next = valuesAt(place + step, middle);
    total = partWith(partWith(total, values), next);
  }
  if (place < end) { total = partWith(total, valuesAt(place, middle)); }
  return total;
}

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * threads + thread;
  if (index >= parameters.outputs) { return; }
  let columns = parameters.columns;
  let column = index % columns;
  let row = index / columns;
#if centered
  let middle = Lanes(loadCenter(row * parameters.inner + column % parameters.inner));
#else
  let middle = Lanes();
#endif
  let first = row * parameters.rowLength + column;
  let end = (row + 1) * parameters.rowLength;
#if joined
  let step = parameters.parts * columns;
  var total = resultOf(partFrom(first, end, step, middle));
  for (var part = 1u; part < parameters.parts; part++) {
    total = resultWith(total, partFrom(first + part * columns, end, step, middle));
  }
#else
  var total = partFrom(first, end, columns, middle);
#endif
#if lastStage
  total = finishedResult(total, middle);
#endif
  storeOutput(index, OutputValues(total));
}

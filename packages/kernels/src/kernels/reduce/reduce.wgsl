// output[o, p, i] = finished(combined(valueOf(input[o, p, i]), valueOf(input[o, p + parts, i]), …))
//
// input: [outer, length, inner]; output: [outer, parts, inner]; center: [outer, inner], where the
// member compares with one. valueOf, combined and finished are those of the member, as members.ts
// writes them; in stages after the first valueOf is left out, and finished in all but the last.
// Number is what they compute with: f32, or the type of whole numbers, whose sums wrap.
// One sum a thread, or four that lie side by side, 64 threads a workgroup. Each part takes every
// parts-th element, so that neighbouring threads read neighbouring elements, and the order depends
// on the shape alone. Where that saves a dispatch (`joined`) a thread takes all parts of its sum,
// one after the other, in the same order. Rows, columns and steps are counted in elements, or in
// vectors of four.
#include kernels/reduce/functions

struct Parameters { outputs: u32, columns: u32, rowLength: u32, inner: u32, parts: u32, power: f32, factor: f32, empty: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
#if centered
@group(0) @binding(next) var<storage, read> center: array<Center>;
#endif
@group(0) @binding(next) var<storage, read_write> output: array<Output>;

#if vectors
alias Lanes = vec4<Number>;
fn valuesOf(x: Lanes, c: Lanes) -> Lanes {
  return Lanes(valueOf(x.x, c.x), valueOf(x.y, c.y), valueOf(x.z, c.z), valueOf(x.w, c.w));
}
fn combinedLanes(a: Lanes, b: Lanes) -> Lanes {
  return Lanes(combined(a.x, b.x), combined(a.y, b.y), combined(a.z, b.z), combined(a.w, b.w));
}
fn finishedLanes(x: Lanes, c: Lanes) -> Lanes {
  return Lanes(finished(x.x, c.x), finished(x.y, c.y), finished(x.z, c.z), finished(x.w, c.w));
}
#else
alias Lanes = Number;
fn valuesOf(x: Lanes, c: Lanes) -> Lanes { return valueOf(x, c); }
fn combinedLanes(a: Lanes, b: Lanes) -> Lanes { return combined(a, b); }
fn finishedLanes(x: Lanes, c: Lanes) -> Lanes { return finished(x, c); }
#endif

fn partOf(first: u32, end: u32, step: u32, middle: Lanes) -> Lanes {
  var total = Lanes(Number(parameters.empty));
  for (var place = first; place < end; place += step) {
    let element = Lanes(loadInput(place));
#if firstStage
    let value = valuesOf(element, middle);
#else
    let value = element;
#endif
    if (place == first) { total = value; } else { total = combinedLanes(total, value); }
  }
  return total;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
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
  var total = partOf(first, end, step, middle);
  for (var part = 1u; part < parameters.parts; part++) {
    total = combinedLanes(total, partOf(first + part * columns, end, step, middle));
  }
#else
  var total = partOf(first, end, columns, middle);
#endif
#if lastStage
  total = finishedLanes(total, middle);
#endif
  storeOutput(index, OutputValues(total));
}

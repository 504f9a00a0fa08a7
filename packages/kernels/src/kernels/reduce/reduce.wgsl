// output[o, p, i] = finished(combined(valueOf(input[o, p, i]), valueOf(input[o, p + parts, i]), …))
//
// input: [outer, length, inner]; output: [outer, parts, inner]; center: [outer, inner], where the
// member compares with one. valueOf, combined and finished are those of the member, as members.ts
// writes them; in stages after the first valueOf is left out, and finished in all but the last.
// One sum a thread, 64 threads a workgroup. Each part takes every parts-th element, so that
// neighbouring threads read neighbouring elements, and the order depends on the shape alone.
#include kernels/reduce/functions

struct Parameters { outputs: u32, parts: u32, length: u32, inner: u32, power: f32, factor: f32, empty: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
#if centered
@group(0) @binding(next) var<storage, read> center: array<Center>;
#endif
@group(0) @binding(next) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (index >= parameters.outputs) { return; }
  let inner = parameters.inner;
  let column = index % inner;
  let part = index / inner % parameters.parts;
  let row = index / inner / parameters.parts;
#if centered
  let middle = f32(loadCenter(row * inner + column));
#else
  let middle = 0.0;
#endif
  let first = row * parameters.length * inner + column;
  var total = parameters.empty;
  for (var place = part; place < parameters.length; place += parameters.parts) {
    let element = f32(loadInput(first + place * inner));
#if firstStage
    let value = valueOf(element, middle);
#else
    let value = element;
#endif
    if (place == part) { total = value; } else { total = combined(total, value); }
  }
#if lastStage
  total = finished(total, middle);
#endif
  storeOutput(index, OutputValues(total));
}

// output[o, p, i] = input[o, numbers[o, p, i], i]; where the number lies outside, `outside`
//
// input: [outer, length, inner]; output: [outer, places, inner]; numbers: i32 or u32, one for each
// place of output, where the strides say
// Where one number serves a row of `inner` elements (`rows`), vectors of these go to threads by
// rowIndexing; else elements by flatIndexing. 64 threads a workgroup.
#if rows
#include wgsl/rowIndexing

struct Parameters { elements: Matrix, length: u32, places: u32, outerStride: u32, placeStride: u32, outside: f32 }
#else
#include wgsl/flatIndexing

struct Parameters { count: u32, length: u32, places: u32, inner: u32, outerStride: u32, placeStride: u32, innerStride: u32, outside: f32 }
#endif
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read> numbers: array<Numbers>;
@group(0) @binding(next) var<storage, read_write> output: array<Output>;

fn store(element: u32, number: u32, source: u32) {
  // A negative number is none: as u32 it is larger than any.
  if (number < parameters.length) {
    storeOutput(element, loadInput(source));
  } else {
#if floats
    storeOutput(element, OutputValues(parameters.outside));
#else
    storeOutput(element, OutputValues(0));
#endif
  }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
#if rows
  let share = rowIndexing(parameters.elements, workgroup, workgroups, thread);
  let columns = parameters.elements.columns;
  for (var row = share.firstRow; row < share.endRow; row++) {
    let outer = row / parameters.places;
    let place = row - outer * parameters.places;
    let number = u32(loadNumbers(outer * parameters.outerStride + place * parameters.placeStride));
    let source = (outer * parameters.length + number) * columns;
    for (var column = share.firstColumn; column < share.endColumn; column += abreast) {
      store(row * columns + column, number, source + column);
    }
  }
#else
  let share = flatIndexing(workgroup, workgroups, thread, parameters.count);
  for (var element = share.first; element < share.end; element += 8) {
    let column = element % parameters.inner;
    let place = element / parameters.inner % parameters.places;
    let row = element / parameters.inner / parameters.places;
    let number = u32(loadNumbers(row * parameters.outerStride + place * parameters.placeStride + column * parameters.innerStride));
    store(element, number, (row * parameters.length + number) * parameters.inner + column);
  }
#endif
}

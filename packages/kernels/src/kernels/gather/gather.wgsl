// output[o, k, i] = input[o, numbers[o, k, i], i]; where the number lies outside, `outside`
//
// input: [outer, length, inner]; output: [outer, places, inner]; numbers: i32 or u32, one for each
// place of output, where the strides say
// Elements go to threads by flatIndexing; 64 threads a workgroup.
#include wgsl/flatIndexing

struct Parameters { count: u32, length: u32, places: u32, inner: u32, outerStride: u32, placeStride: u32, innerStride: u32, outside: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read> numbers: array<Numbers>;
@group(0) @binding(next) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = flatIndexing(workgroup, workgroups, thread, parameters.count);
  for (var element = share.first; element < share.end; element += 8) {
    let column = element % parameters.inner;
    let place = element / parameters.inner % parameters.places;
    let row = element / parameters.inner / parameters.places;
    // A negative number is none: as u32 it is larger than any.
    let number = u32(loadNumbers(row * parameters.outerStride + place * parameters.placeStride + column * parameters.innerStride));
    if (number < parameters.length) {
      storeOutput(element, loadInput((row * parameters.length + number) * parameters.inner + column));
    } else {
#if floats
      storeOutput(element, parameters.outside);
#else
      storeOutput(element, OutputValues(0));
#endif
    }
  }
}

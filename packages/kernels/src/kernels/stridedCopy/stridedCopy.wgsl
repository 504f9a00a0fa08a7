// output[outputOffset + sum of place[d] * outputStrides[d]]
//   = input[inputOffset + sum of place[d] * inputStrides[d]], for every place in shape
//
// shape: `dimensions` extents, innermost first; strides are in elements, or in vectors of four of
// them, where an element that repeats along the innermost is read singly and written four times;
// negative ones wrap around, as sums of u32 do
// Places, or vectors of four, go to threads by flatIndexing, the innermost extent fastest;
// 64 threads a workgroup.
#include wgsl/flatIndexing

struct Parameters {
  shape: array<vec4u, 2>,
  inputStrides: array<vec4u, 2>,
  outputStrides: array<vec4u, 2>,
  count: u32,
  inputOffset: u32,
  outputOffset: u32,
}
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = flatIndexing(workgroup, workgroups, thread, parameters.count);
  var places: array<u32, 8>;
  var rest = share.first;
  var source = parameters.inputOffset;
  var goal = parameters.outputOffset;
  for (var dimension = 0u; dimension < dimensions; dimension++) {
    let extent = parameters.shape[dimension / 4][dimension % 4];
    let place = rest % extent;
    rest /= extent;
    places[dimension] = place;
    source += place * parameters.inputStrides[dimension / 4][dimension % 4];
    goal += place * parameters.outputStrides[dimension / 4][dimension % 4];
  }
  for (var index = share.first; index < share.end; index += 8) {
    storeOutput(goal, OutputValues(loadInput(source)));
    // To the eighth place after this, without a division.
    places[0] += 8;
    source += 8 * parameters.inputStrides[0].x;
    goal += 8 * parameters.outputStrides[0].x;
    for (var dimension = 1u; dimension < dimensions; dimension++) {
      let inner = dimension - 1;
      let extent = parameters.shape[inner / 4][inner % 4];
      while (places[inner] >= extent) {
        places[inner] -= extent;
        places[dimension] += 1;
        source += parameters.inputStrides[dimension / 4][dimension % 4] - extent * parameters.inputStrides[inner / 4][inner % 4];
        goal += parameters.outputStrides[dimension / 4][dimension % 4] - extent * parameters.outputStrides[inner / 4][inner % 4];
      }
    }
  }
}

// What the copies that turn are told, and where the places of the other dimensions begin:
//
// firstPlaces(number) = (inputOffset + sum of place[d] * inputStrides[d],
//                        outputOffset + sum of place[d] * outputStrides[d])
//
// shape: `dimensions` extents, innermost first, whose places `number` counts; columns, rows: the
// extents of the two sides; count: of the blocks or tiles that threads take.

struct Parameters {
  shape: array<vec4u, 2>,
  inputStrides: array<vec4u, 2>,
  outputStrides: array<vec4u, 2>,
  count: u32,
  inputOffset: u32,
  outputOffset: u32,
  columns: u32,
  rows: u32,
  inputStride: u32,
  outputStride: u32,
}
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read_write> output: array<Output>;

fn firstPlaces(number: u32) -> vec2u {
  var rest = number;
  var first = vec2u(parameters.inputOffset, parameters.outputOffset);
  for (var dimension = 0u; dimension < dimensions; dimension++) {
    let extent = parameters.shape[dimension / 4][dimension % 4];
    let strides = vec2u(parameters.inputStrides[dimension / 4][dimension % 4], parameters.outputStrides[dimension / 4][dimension % 4]);
    first += rest % extent * strides;
    rest /= extent;
  }
  return first;
}

// output[outputOffset + place[0] + place[a] * outputStride + …] = input[inputOffset + place[a]
//   + place[0] * inputStride + …]: a copy that turns, as tiledCopy.wgsl, without workgroup memory
//
// shape: the extents of all other dimensions, innermost first, with their strides as in
// stridedCopy.wgsl; columns, rows: the extents of dimensions 0 and a. All but shape is counted in
// vectors of four.
// Blocks of 4 x 4 go to threads by flatIndexing, columns fastest: four vectors of the input,
// turned, are four of the output. 64 threads a workgroup.
#include wgsl/flatIndexing

struct Parameters {
  shape: array<vec4u, 2>,
  inputStrides: array<vec4u, 2>,
  outputStrides: array<vec4u, 2>,
  blocks: u32,
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

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = flatIndexing(workgroup, workgroups, thread, parameters.blocks);
  var column = share.first % parameters.columns;
  var line = share.first / parameters.columns;
  for (var index = share.first; index < share.end; index += 8) {
    // To the eighth block after the last, without a division.
    while (column >= parameters.columns) { column -= parameters.columns; line += 1; }
    var row = line;
    var source = parameters.inputOffset + 4 * column * parameters.inputStride;
    var goal = parameters.outputOffset + column;
    if (dimensions > 0) {
      row = line % parameters.rows;
      var rest = line / parameters.rows;
      for (var dimension = 0u; dimension < dimensions; dimension++) {
        let extent = parameters.shape[dimension / 4][dimension % 4];
        let place = rest % extent;
        rest /= extent;
        source += place * parameters.inputStrides[dimension / 4][dimension % 4];
        goal += place * parameters.outputStrides[dimension / 4][dimension % 4];
      }
    }
    source += row;
    goal += 4 * row * parameters.outputStride;
    column += 8;
    let a = loadInput(source);
    let b = loadInput(source + parameters.inputStride);
    let c = loadInput(source + 2 * parameters.inputStride);
    let d = loadInput(source + 3 * parameters.inputStride);
    storeOutput(goal, OutputValues(a.x, b.x, c.x, d.x));
    storeOutput(goal + parameters.outputStride, OutputValues(a.y, b.y, c.y, d.y));
    storeOutput(goal + 2 * parameters.outputStride, OutputValues(a.z, b.z, c.z, d.z));
    storeOutput(goal + 3 * parameters.outputStride, OutputValues(a.w, b.w, c.w, d.w));
  }
}

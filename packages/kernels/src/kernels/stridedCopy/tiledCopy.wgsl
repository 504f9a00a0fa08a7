// output[outputOffset + place[0] + place[a] * outputStride + …] = input[inputOffset + place[a]
//   + place[0] * inputStride + …]: a copy that turns, whose sides lie along different dimensions
//
// shape: the extents of all other dimensions, innermost first, with their strides as in
// stridedCopy.wgsl; columns, rows: the extents of dimensions 0 and a
// A tile of 32 x 32 a workgroup of 64 threads: read along the input's lines and written along the
// output's, by way of its memory, whose lines of 33 keep threads out of each other's bank.

struct Parameters {
  shape: array<vec4u, 2>,
  inputStrides: array<vec4u, 2>,
  outputStrides: array<vec4u, 2>,
  tiles: u32,
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

var<workgroup> tile: array<InputValues, 1056>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = workgroup.x + workgroup.y * workgroups.x;
  if (number >= parameters.tiles) { return; }
  let across = (parameters.columns + 31) / 32;
  let down = (parameters.rows + 31) / 32;
  let firstColumn = number % across * 32;
  let firstRow = number / across % down * 32;
  var rest = number / (across * down);
  var source = parameters.inputOffset;
  var goal = parameters.outputOffset;
  for (var dimension = 0u; dimension < dimensions; dimension++) {
    let extent = parameters.shape[dimension / 4][dimension % 4];
    let place = rest % extent;
    rest /= extent;
    source += place * parameters.inputStrides[dimension / 4][dimension % 4];
    goal += place * parameters.outputStrides[dimension / 4][dimension % 4];
  }
  for (var line = thread / 32; line < 32; line += 2) {
    let column = firstColumn + line;
    let row = firstRow + thread % 32;
    if (column < parameters.columns && row < parameters.rows) {
      tile[line * 33 + thread % 32] = loadInput(source + column * parameters.inputStride + row);
    }
  }
  workgroupBarrier();
  for (var line = thread / 32; line < 32; line += 2) {
    let column = firstColumn + thread % 32;
    let row = firstRow + line;
    if (column < parameters.columns && row < parameters.rows) {
      storeOutput(goal + row * parameters.outputStride + column, tile[thread % 32 * 33 + line]);
    }
  }
}

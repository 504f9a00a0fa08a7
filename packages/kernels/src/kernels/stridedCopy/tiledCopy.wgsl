// output[outputOffset + place[0] + place[a] * outputStride + …] = input[inputOffset + place[a]
//   + place[0] * inputStride + …]: a copy that turns, whose sides lie along different dimensions
//
// shape: the extents of all other dimensions, innermost first, with their strides as in
// stridedCopy.wgsl; columns, rows: the extents of dimensions 0 and a
// A tile of 32 x 32 a workgroup of 64 threads: read along the input's lines and written along the
// output's, by way of its memory, whose lines of 33 keep threads out of each other's bank.
#include kernels/stridedCopy/turn

var<workgroup> tile: array<InputValues, 1056>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = workgroup.x + workgroup.y * workgroups.x;
  if (number >= parameters.count) { return; }
  let across = (parameters.columns + 31) / 32;
  let down = (parameters.rows + 31) / 32;
  let firstColumn = number % across * 32;
  let firstRow = number / across % down * 32;
  let first = firstPlaces(number / (across * down));
  for (var line = thread / 32; line < 32; line += 2) {
    let column = firstColumn + line;
    let row = firstRow + thread % 32;
    if (column < parameters.columns && row < parameters.rows) {
      tile[line * 33 + thread % 32] = loadInput(first.x + column * parameters.inputStride + row);
    }
  }
  workgroupBarrier();
  for (var line = thread / 32; line < 32; line += 2) {
    let column = firstColumn + thread % 32;
    let row = firstRow + line;
    if (column < parameters.columns && row < parameters.rows) {
      storeOutput(first.y + row * parameters.outputStride + column, tile[thread % 32 * 33 + line]);
    }
  }
}

// output[outputOffset + place[0] + place[a] * outputStride + …] = input[inputOffset + place[a]
//   + place[0] * inputStride + …]: a copy that turns, as tiledCopy.wgsl, without workgroup memory
//
// shape: the extents of all other dimensions, innermost first, with their strides as in
// stridedCopy.wgsl; columns, rows: the extents of dimensions 0 and a. All but shape is counted in
// vectors of four.
// Blocks of 4 x 4 go to threads by flatIndexing, columns fastest: four vectors of the input,
// turned, are four of the output. 64 threads a workgroup.
#include wgsl/flatIndexing
#include kernels/stridedCopy/turn

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = flatIndexing(workgroup, workgroups, thread, parameters.count);
  var column = share.first % parameters.columns;
  var line = share.first / parameters.columns;
  for (var index = share.first; index < share.end; index += 8) {
    // To the eighth block after the last, without a division.
    while (column >= parameters.columns) { column -= parameters.columns; line += 1; }
    var row = line;
    var first = vec2u(parameters.inputOffset, parameters.outputOffset);
    if (dimensions > 0) {
      row = line % parameters.rows;
      first = firstPlaces(line / parameters.rows);
    }
    let source = first.x + 4 * column * parameters.inputStride + row;
    let goal = first.y + column + 4 * row * parameters.outputStride;
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

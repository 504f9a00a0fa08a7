// output[indices[row], c] = input[row, c]; the other rows of output are zero already
//
// input: [rows, columns]; indices: u32[rows], all different, each below outputRows; output: [outputRows, columns]
// In front: load and store functions of the arrays, both of one width. columns counts vectors of that width.
// Vectors are dealt to threads by flatShare.wgsl, put in front; 64 threads a workgroup.

struct Parameters { rows: u32, columns: u32, outputRows: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let columns = parameters.columns;
  let share = flatShare(workgroup, workgroups, thread, parameters.rows * columns);
  let eight = placeOf(8, columns);
  var place = placeOf(share.first, columns);
  for (var index = share.first; index < share.end; index += 8) {
    let outputRow = indices[place.row];
    if (outputRow < parameters.outputRows) { storeOutput(outputRow * columns + place.column, loadInput(index)); }
    place = eightAfter(place, eight, columns);
  }
}

// output[row, column] = sum over tables of table[ids[row], column]
//
// tables: f32[tableRows, columns] each; ids: u32[rows] each; output: [rows, columns]. An id beyond its table reads the last row.
// In front: the types, struct Parameters, the bindings of the tables and ids, and `fn tableSum(row, column) -> Values`, which depend on the
// number of tables. Columns count vectors of the width chosen.
// Vectors are dealt to threads by flatShare.wgsl, put in front; 64 threads a workgroup.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let columns = parameters.columns;
  let share = flatShare(workgroup, workgroups, thread, parameters.rows * columns);
  let eight = placeOf(8, columns);
  var place = placeOf(share.first, columns);
  for (var index = share.first; index < share.end; index += 8) {
    storeOutput(index, tableSum(place.row, place.column));
    place = eightAfter(place, eight, columns);
  }
}

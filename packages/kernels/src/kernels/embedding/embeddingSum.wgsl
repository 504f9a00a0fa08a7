// output[row, column] = sum over tables of table[ids[row], column]
//
// tables: f32[tableRows, columns] each; ids: u32[rows] each; output: [rows, columns]. An id beyond its table reads the last row.
// In front: the types, struct Parameters, the bindings of the tables and ids, struct TableRows with where each table's row of an output row
// begins, and its functions tableRows(row) and tableSum(tableRows, column), which depend on the number of tables. Columns count vectors of
// the width chosen.
// Places are dealt to threads by rowIndexing.wgsl, put in front; 64 threads a workgroup.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = rowIndexing(parameters.places, workgroup, workgroups, thread);
  for (var row = share.firstRow; row < share.endRow; row++) {
    let begins = tableRows(row);
    for (var column = share.firstColumn; column < share.endColumn; column += 8) {
      storeOutput(row * parameters.places.columns + column, tableSum(begins, column));
    }
  }
}

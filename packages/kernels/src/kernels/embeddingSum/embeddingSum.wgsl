// output[row, column] = sum over tables of table[ids[row], column]
//
// tables: f32[tableRows, columns] each; ids: u32[rows] each; output: [rows, columns]
// An id beyond its table reads the last row. Parameters, tables and ids are declared in
// embeddedRows.ts, as there are as many as are asked for, with tableRows(row), which says where
// each table's row of an output row begins, and tableSum(tableRows, column).
// Vectors of columns go to threads by rowIndexing; 64 threads a workgroup.
#include wgsl/rowIndexing

@group(0) @binding(next) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = rowIndexing(parameters.elements, workgroup, workgroups, thread);
  for (var row = share.firstRow; row < share.endRow; row++) {
    let begins = tableRows(row);
    for (var column = share.firstColumn; column < share.endColumn; column += abreast) {
      storeOutput(row * parameters.elements.columns + column, tableSum(begins, column));
    }
  }
}

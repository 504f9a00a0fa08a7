// output[row, column] = sum over tables of table[ids[row], column]
//
// tables: f32[tableRows, columns] each; ids: u32[rows] each; output: [rows, columns]. An id beyond its table reads the last row.
// In front: the types, struct Parameters, the bindings of the tables and ids, and `fn tableSum(row, column) -> Values`, which depend on the
// number of tables. Columns count vectors of the width chosen.
// One vector a thread and turn, 64 threads a workgroup, four turns: thread t of workgroup w takes vectors w * 256 + t / 8 * 32 +
// t % 8 + {0, 8, 16, 24}.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let begin = (workgroup.x + workgroup.y * workgroups.x) * 256 + thread / 8 * 32;
  let end = min(begin + 32, parameters.rows * parameters.columns);
  for (var index = begin + thread % 8; index < end; index += 8) {
    let row = index / parameters.columns;
    storeOutput(index, tableSum(row, index - row * parameters.columns));
  }
}

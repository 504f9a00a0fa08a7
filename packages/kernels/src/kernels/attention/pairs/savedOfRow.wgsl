// What the backward knows of a query row and head: rowData has it where a dispatch over rows came
// before. With savesRows it is written there.
#if rowData
fn logSumExpOf(row: u32, head: u32) -> f32 { return bitcast<f32>(rowData[1 + row * parameters.numHeads + head].x); }
fn deltaOf(row: u32, head: u32) -> f32 { return bitcast<f32>(rowData[1 + row * parameters.numHeads + head].y); }
#else
fn logSumExpOf(row: u32, head: u32) -> f32 { return logSumExp[row * parameters.numHeads + head]; }
#endif

#if savesRows
// For the gradients of keys and values, as rowData.wgsl does.
fn saveState(workgroup: vec3u, thread: u32) {
#if dropout
  if (thread == 0 && all(workgroup == vec3u())) { rowData[0] = randomState(); }
#endif
}

fn saveRow(row: u32, head: u32, delta: f32) {
  rowData[1 + row * parameters.numHeads + head] = vec4u(bitcast<u32>(logSumExpOf(row, head)), bitcast<u32>(delta), tokenKeyOf(row), 0);
}
#endif

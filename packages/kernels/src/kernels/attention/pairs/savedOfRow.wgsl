// What the backward knows of a query row and head: rowData has it where a dispatch over rows came
// before.
#if rowData
fn logSumExpOf(row: u32, head: u32) -> f32 { return bitcast<f32>(rowData[1 + row * parameters.numHeads + head].x); }
fn deltaOf(row: u32, head: u32) -> f32 { return bitcast<f32>(rowData[1 + row * parameters.numHeads + head].y); }
#else
fn logSumExpOf(row: u32, head: u32) -> f32 { return logSumExp[row * parameters.numHeads + head]; }
#endif

fn tokenKeyOf(row: u32) -> u32 { return rowData[1 + row * parameters.numHeads].z; }
fn randomState() -> vec4u { return rowData[0]; }

fn tokenKeyOf(row: u32) -> u32 { return tokenKeys[row]; }
fn randomState() -> vec4u { return random[0]; }

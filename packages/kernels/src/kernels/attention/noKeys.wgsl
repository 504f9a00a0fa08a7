fn tokenKeyOf(row: u32) -> u32 { return 0; }
fn randomState() -> vec4u { return vec4u(0); }

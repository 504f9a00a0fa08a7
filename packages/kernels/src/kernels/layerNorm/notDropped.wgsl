fn rowDraws(row: u32) -> vec4u { return vec4u(); }
fn keptFactors(draws: vec4u, group: u32) -> Values { return Values(1.0); }

// Values are single columns.

fn total(values: Values) -> f32 { return values; }
fn dropoutGroup(group: u32) -> u32 { return group / 4; }
fn dropoutFactors(factors: vec4f, group: u32) -> Values { return factors[group % 4]; }

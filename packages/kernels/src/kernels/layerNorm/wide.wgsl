// Values are vectors of four columns.

fn total(values: Values) -> f32 { return (values.x + values.y) + (values.z + values.w); }
fn dropoutGroup(group: u32) -> u32 { return group; }
fn dropoutFactors(factors: vec4f, group: u32) -> Values { return factors; }

// Every probability is kept.

fn keptFactor(queryRow: u32, keyRow: u32, head: u32) -> f32 { return 1.0; }
fn keptFactors(queryRow: u32, firstKey: u32, lastKey: u32, head: u32) -> array<vec4f, 2> { return array<vec4f, 2>(vec4f(1.0), vec4f(1.0)); }

// Every probability is kept.

fn keptFactor(queryRow: u32, keyRow: u32, head: u32) -> f32 { return 1.0; }
fn fourFactors(queryRow: u32, firstKey: u32, lastKey: u32, head: u32) -> vec4f { return vec4f(1.0); }

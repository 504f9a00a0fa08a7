// Every probability is kept. In front: tokenKeyOf.

fn pairStream() -> vec4u { return vec4u(); }
fn positionOf(row: u32) -> u32 { return 0; }
fn fourPositions(firstKey: u32, lastKey: u32) -> vec4u { return vec4u(); }
fn keptFactor(stream: vec4u, queryKey: u32, position: u32, head: u32) -> f32 { return 1.0; }
fn fourFactors(stream: vec4u, queryKey: u32, positions: vec4u, head: u32) -> vec4f { return vec4f(1.0); }

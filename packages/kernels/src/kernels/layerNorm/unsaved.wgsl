// The input itself is normalised.

fn firstRead(row: u32, group: u32, draws: vec4u) -> Values { return loadInput(row * parameters.groups + group); }
fn readAgain(index: u32) -> Values { return loadInput(index); }

// Stores four results of a row at a place that is a multiple of four.
fn storeFour(place: u32, column: u32, bias: vec4f, values: vec4f) { finish(place / 4, bias, values); }

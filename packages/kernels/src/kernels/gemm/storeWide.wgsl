// Stores four results of a row at a place that is a multiple of four.
fn storeFour(place: u32, column: u32, values: vec4f) { finish(place / 4, column / 4, values); }

// Rows are read and written in vectors of four channels: headSize is a multiple of 4. A chunk is four channels.

fn product(a: Values, b: Values) -> f32 { return dot(a, b); }

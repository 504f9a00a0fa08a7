// Rows are read and written channel by channel. A chunk is one channel.

fn product(a: Values, b: Values) -> f32 { return a * b; }

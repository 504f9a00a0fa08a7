// Values are single columns.

fn totalOf(values: Values) -> f32 { return values; }
fn largestOf(values: Values) -> f32 { return values; }

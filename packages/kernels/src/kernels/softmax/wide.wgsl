// Values are vectors of four columns.

fn totalOf(values: Values) -> f32 { return (values.x + values.y) + (values.z + values.w); }
fn largestOf(values: Values) -> f32 { return max(max(values.x, values.y), max(values.z, values.w)); }

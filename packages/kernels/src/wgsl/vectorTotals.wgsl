// The sum and the largest of the numbers in `Values`: a vector of four, or a single number.

#if vec4
fn totalOf(values: Values) -> f32 { return (values.x + values.y) + (values.z + values.w); }
fn largestOf(values: Values) -> f32 { return max(max(values.x, values.y), max(values.z, values.w)); }
#else
fn totalOf(values: Values) -> f32 { return values; }
fn largestOf(values: Values) -> f32 { return values; }
#endif

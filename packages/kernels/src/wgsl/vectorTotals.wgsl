// The sum and the largest of the numbers in `Values`: a vector of four, or a single number. Their
// bits without sign, of which those above 0x7f800000 are NaN's.

#if vec4
alias Bits = vec4u;
fn totalOf(values: Values) -> f32 { return (values.x + values.y) + (values.z + values.w); }
fn largestOf(values: Values) -> f32 { return max(max(values.x, values.y), max(values.z, values.w)); }
fn largestBitsOf(bits: Bits) -> u32 { return max(max(bits.x, bits.y), max(bits.z, bits.w)); }
#else
alias Bits = u32;
fn totalOf(values: Values) -> f32 { return values; }
fn largestOf(values: Values) -> f32 { return values; }
fn largestBitsOf(bits: Bits) -> u32 { return bits; }
#endif
fn bitsOf(values: Values) -> Bits { return bitcast<Bits>(values) & Bits(0x7fffffffu); }

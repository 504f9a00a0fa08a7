// The larger and the smaller of two numbers; NaN where one is. WGSL's max and min may drop it.
#include wgsl/floatBits

fn maximumOf(a: f32, b: f32) -> f32 { return select(select(max(a, b), b, isNan(b)), a, isNan(a)); }
fn minimumOf(a: f32, b: f32) -> f32 { return select(select(min(a, b), b, isNan(b)), a, isNan(a)); }

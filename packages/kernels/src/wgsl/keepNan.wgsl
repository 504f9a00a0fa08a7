// exp and log of NaN are NaN; WGSL's own may give anything, and on some adapters infinity.
//
// Where exponentials are summed, a NaN is cheaper to find in the largest bits of their arguments.
#include wgsl/floatBits

fn expKeepingNan(x: f32) -> f32 { return select(exp(x), x, isNan(x)); }
fn logKeepingNan(x: f32) -> f32 { return select(log(x), x, isNan(x)); }

fn fourExpKeepingNan(x: vec4f) -> vec4f {
  return select(exp(x), x, (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u));
}

// A sum, or NaN where the largest of the bits without sign of what was summed is a NaN's.
fn sumKeepingNan(sum: f32, largestBits: u32) -> f32 { return select(sum, notANumber(), largestBits > 0x7f800000u); }

// What members of the family are written with. NaN is told by its bits, because comparisons with
// NaN may give anything.
#include wgsl/keepNan

fn isZero(value: f32) -> bool { return (bitcast<u32>(value) & 0x7fffffffu) == 0u; }
fn truth(value: f32) -> f32 { return select(1.0, 0.0, isZero(value)); }
fn finiteOrZero(value: f32) -> f32 { return select(value, 0.0, (bitcast<u32>(value) & 0x7f800000u) == 0x7f800000u); }
fn larger(a: f32, b: f32) -> f32 { return select(select(select(a, b, b > a), b, isNan(b)), a, isNan(a)); }
fn smaller(a: f32, b: f32) -> f32 { return select(select(select(a, b, b < a), b, isNan(b)), a, isNan(a)); }

// Some drivers take log(0) for the logarithm of the least f32, and roots of 0 by it.
fn logarithmOf(value: f32) -> f32 {
  var minusInfinity = 0xff800000u;
  return select(logKeepingNan(value), bitcast<f32>(minusInfinity), isZero(value));
}

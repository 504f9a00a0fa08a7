// exp, expm1 and the sigmoid to about 2 units in the last place; WGSL's own exp may be off by
// 3 + 2|x| units.
//
// x = n log(2) + r, |r| < 0.35, log(2) in two parts; expm1(r) by the polynomial of Cephes' expf
// (S. Moshier, 1992).
#include wgsl/floatBits

struct Reduced { expm1: f32, n: i32 }

fn reduceExponent(x: f32) -> Reduced {
  // Beyond these bounds the result is 0 or infinity.
  let bounded = clamp(x, -104.0, 89.0);
  let n = round(bounded * 1.4426950408889634);
  let r = (bounded - n * 0.693359375) + n * 2.12194440e-4;
  var polynomial = ((1.9875691500e-4 * r + 1.3981999507e-3) * r + 8.3334519073e-3) * r + 4.1665795894e-2;
  polynomial = (polynomial * r + 1.6666665459e-1) * r + 5.0000001201e-1;
  return Reduced(polynomial * r * r + r, i32(n));
}

fn powerOfTwo(n: i32) -> f32 { return bitcast<f32>(u32(n + 127) << 23u); }

fn expOf(x: f32) -> f32 {
  let reduced = reduceExponent(x);
  let half = reduced.n >> 1u;
  let value = ((1.0 + reduced.expm1) * powerOfTwo(half)) * powerOfTwo(reduced.n - half);
  return select(value, x, isNan(x));
}

fn expm1Of(x: f32) -> f32 {
  let reduced = reduceExponent(x);
  let half = reduced.n >> 1u;
  let rest = reduced.n - half;
  let scaled = (reduced.expm1 * powerOfTwo(half) + (powerOfTwo(half) - powerOfTwo(-rest))) * powerOfTwo(rest);
  // Tiny numbers are themselves: where subnormals are flushed too.
  let small = select(reduced.expm1, x, abs(x) < 1e-8);
  return select(select(scaled, small, reduced.n == 0), x, isNan(x));
}

fn sigmoidOf(x: f32) -> f32 {
  let power = expOf(-abs(x));
  return select(1.0, power, x < 0.0) / (1.0 + power);
}

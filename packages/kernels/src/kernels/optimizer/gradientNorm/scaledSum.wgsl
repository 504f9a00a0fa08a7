// A sum of squares that neither overflows nor underflows: value = sum * 4^exponent.
//
// Values between 2^-40 and 2^40 keep exponent 0, so that ordinary gradients cost nothing more.
// Stored as two words: bits of sum, bits of exponent.

struct ScaledSum { sum: f32, exponent: i32 }

const lowestExponent = -126;
const highestExponent = 126;
// Exponents of sums that hold an infinity, or a NaN. They are found by the bits of the summands:
// compilers may assume that there are none.
const infinite = 1000;
const notNumber = 1001;

const infinityBits = 0x7f800000u;

fn powerOfTwo(exponent: i32) -> f32 {
  return bitcast<f32>(u32(clamp(exponent, -126, 127) + 127) << 23);
}

fn rescaled(a: ScaledSum, exponent: i32) -> f32 {
  let factor = powerOfTwo(a.exponent - exponent);
  return a.sum * factor * factor;
}

fn addScaled(a: ScaledSum, b: ScaledSum) -> ScaledSum {
  let exponent = max(a.exponent, b.exponent);
  if (exponent >= infinite) { return ScaledSum(0.0, exponent); }
  return ScaledSum(rescaled(a, exponent) + rescaled(b, exponent), exponent);
}

fn loadScaled(words: vec2u) -> ScaledSum {
  return ScaledSum(bitcast<f32>(words.x), bitcast<i32>(words.y));
}

fn storedScaled(a: ScaledSum) -> vec2u {
  return vec2u(bitcast<u32>(a.sum), bitcast<u32>(a.exponent));
}

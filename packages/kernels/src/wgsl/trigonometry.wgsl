// sin and cos to about 2 units in the last place, for numbers of any size; WGSL's own may be off
// by 2^-11, and by anything beyond pi.
//
// x = quadrant * pi/2 + rest, |rest| <= pi/4: by pi/2 in three parts (Cody and Waite), from 8192 on
// by the product with 2/pi in whole numbers (Payne and Hanek). Polynomials of Cephes' sinf and cosf
// (S. Moshier, 1992).
#include wgsl/floatBits

struct Angle { rest: f32, quadrant: u32 }

// The 64 bits of a product, low word first.
fn wideProduct(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let cross = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return vec2u((cross << 16u) | (low & 0xffffu), (a >> 16u) * (b >> 16u) + (middle >> 16u) + (cross >> 16u));
}

// 32 bits of 2/pi from the one of weight 2^-first on; 0 before the first.
fn bitsOfTwoOverPi(first: i32) -> u32 {
  var words = array<u32, 8>(
    0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu);
  let place = u32(first + 31);
  let shift = place % 32u;
  let word = words[place / 32u] << shift;
  return select(word | (words[place / 32u + 1u] >> ((32u - shift) % 32u)), word, shift == 0u);
}

fn reduceHuge(magnitude: f32) -> Angle {
  let bits = bitcast<u32>(magnitude);
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  // Bits before these are whole turns; 96 of them are enough for any f32.
  let first = i32(bits >> 23u) - 151;
  let low = wideProduct(mantissa, bitsOfTwoOverPi(first + 64));
  let middle = wideProduct(mantissa, bitsOfTwoOverPi(first + 32));
  let word1 = middle.x + low.y;
  let word0 = mantissa * bitsOfTwoOverPi(first) + middle.y + select(0u, 1u, word1 < middle.x);
  // The fraction of a quarter turn, less 1 where that is nearer.
  var high = (word0 << 2u) | (word1 >> 30u);
  var rest = (word1 << 2u) | (low.x >> 30u);
  let isNegative = high >= 0x80000000u;
  if (isNegative) {
    rest = ~rest + 1u;
    high = ~high + select(0u, 1u, rest == 0u);
  }
  let zeros = countLeadingZeros(high);
  let shifted = select(rest, (high << (zeros % 32u)) | select(rest >> ((32u - zeros) % 32u), 0u, zeros == 0u), zeros < 32u);
  let fraction = f32(shifted) * bitcast<f32>((95u - zeros) << 23u);
  return Angle(select(fraction, -fraction, isNegative) * 1.5707963267948966, (word0 >> 30u) + u32(isNegative));
}

fn reduceAngle(magnitude: f32) -> Angle {
  if (magnitude >= 8192.0) { return reduceHuge(magnitude); }
  let n = round(magnitude * 0.6366197723675814);
  return Angle(((magnitude - n * 1.5703125) - n * 4.837512969970703125e-4) - n * 7.54978995489188216e-8, u32(n));
}

fn sinOfQuadrant(angle: Angle) -> f32 {
  let r = angle.rest;
  let z = r * r;
  let sine = ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * r + r;
  let cosine = ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1.0;
  let value = select(sine, cosine, (angle.quadrant & 1u) == 1u);
  return select(value, -value, (angle.quadrant & 2u) == 2u);
}

fn sinOf(x: f32) -> f32 {
  if (!isFinite(x)) { return notANumber(); }
  let value = sinOfQuadrant(reduceAngle(abs(x)));
  return select(value, -value, x < 0.0);
}

fn cosOf(x: f32) -> f32 {
  if (!isFinite(x)) { return notANumber(); }
  let angle = reduceAngle(abs(x));
  return sinOfQuadrant(Angle(angle.rest, angle.quadrant + 1u));
}

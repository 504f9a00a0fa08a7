// |x|^y to about 1 unit in the last place, and with the sign and the ends of IEEE 754's pow, which
// WGSL's own leaves open.
//
// log2|x| in two floats, the first of 12 bits, so that its product with y keeps what f32 would
// lose: fdlibm's powf (I. Taylor, Sun Microsystems, 1993).
#include wgsl/exponential

fn firstBits(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u); }

// log2 of a positive, finite number: both parts together.
fn logarithm2InTwo(number: f32) -> vec2f {
  let isSmall = number < 1.1754943508222875e-38;
  let bits = bitcast<u32>(select(number, number * 16777216.0, isSmall));
  var exponent = i32(bits >> 23u) - select(127, 151, isSmall);
  let fraction = bits & 0x7fffffu;
  var word = fraction | 0x3f800000u;
  // The nearest of 1 and 1.5, to which the rest is taken.
  let isMiddle = fraction > 0x1cc471u && fraction < 0x5db3d7u;
  if (fraction >= 0x5db3d7u) {
    exponent += 1;
    word -= 0x800000u;
  }
  let x = bitcast<f32>(word);
  let base = select(1.0, 1.5, isMiddle);
  let u = x - base;
  let v = 1.0 / (x + base);
  let s = u * v;
  let sHigh = firstBits(s);
  let tHigh = bitcast<f32>((((word >> 1u) & 0xfffff000u) | 0x20000000u) + 0x400000u + select(0u, 0x200000u, isMiddle));
  let tLow = x - (tHigh - base);
  let sLow = v * ((u - sHigh * tHigh) - sHigh * tLow);
  let square = s * s;
  var r = (2.0697501302e-1 * square + 2.3066075146e-1) * square + 2.7272811532e-1;
  r = ((r * square + 3.3333334327e-1) * square + 4.2857143283e-1) * square + 6.0000002384e-1;
  r = square * square * r + sLow * (sHigh + s);
  let squareHigh = sHigh * sHigh;
  let sumHigh = firstBits(3.0 + squareHigh + r);
  let sumLow = r - ((sumHigh - 3.0) - squareHigh);
  let product = sHigh * sumHigh;
  let correction = sLow * sumHigh + sumLow * s;
  let high = firstBits(product + correction);
  let low = correction - (high - product);
  let zHigh = 9.6191406250e-1 * high;
  let zLow = -1.1736857402e-4 * high + low * 9.6179670095e-1 + select(0.0, 1.56322085e-6, isMiddle);
  let whole = f32(exponent);
  let offset = select(0.0, 5.84960938e-1, isMiddle);
  let first = firstBits(((zHigh + zLow) + offset) + whole);
  return vec2f(first, zLow - (((first - whole) - offset) - zHigh));
}

fn powerOfMagnitude(x: f32, y: f32) -> f32 {
  let logarithm = logarithm2InTwo(x);
  let yHigh = firstBits(y);
  let low = (y - yHigh) * logarithm.x + y * logarithm.y;
  let high = yHigh * logarithm.x;
  let sum = low + high;
  if (sum >= 128.0) { return infinity(); }
  if (sum < -150.0) { return 0.0; }
  let n = round(sum);
  let rest = high - n;
  let t = firstBits(low + rest);
  let u = t * 6.93145752e-1;
  let v = (low - (t - rest)) * 6.9314718246e-1 + t * 1.42860654e-6;
  let z = u + v;
  let value = 1.0 + (reduceExponent(z).expm1 + (v - (z - u)));
  let half = i32(n) >> 1u;
  return (value * powerOfTwo(half)) * powerOfTwo(i32(n) - half);
}

fn powOf(x: f32, y: f32) -> f32 {
  if (y == 0.0 || x == 1.0) { return 1.0; }
  if (isNan(x) || isNan(y)) { return notANumber(); }
  let magnitude = abs(x);
  let isOdd = abs(y) < 16777216.0 && floor(y) == y && (i32(y) & 1) == 1;
  var value = 1.0;
  if (!isFinite(y)) {
    if (magnitude == 1.0) { return 1.0; }
    return select(0.0, infinity(), (magnitude > 1.0) == (y > 0.0));
  }
  if (magnitude == 0.0 || !isFinite(magnitude)) {
    value = select(0.0, infinity(), (magnitude == 0.0) == (y < 0.0));
  } else {
    if (x < 0.0 && floor(y) != y) { return notANumber(); }
    value = powerOfMagnitude(magnitude, y);
  }
  return select(value, -value, isOdd && (bitcast<u32>(x) >> 31u) == 1u);
}

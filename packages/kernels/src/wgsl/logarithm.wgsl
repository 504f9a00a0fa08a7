// log and log1p to about 2 units in the last place; WGSL's own log may be off by 2^-21 near 1,
// where the logarithm is 0.
//
// x = 2^e (1 + m), 1 + m from sqrt(1/2) to sqrt(2); polynomial of Cephes' logf (S. Moshier, 1992).
#include wgsl/floatBits

// log(1 + m) - m
fn logarithmRest(m: f32) -> f32 {
  let square = m * m;
  var p = (7.0376836292e-2 * m - 1.1514610310e-1) * m + 1.1676998740e-1;
  p = ((p * m - 1.2420140846e-1) * m + 1.4249322787e-1) * m - 1.6668057665e-1;
  p = ((p * m + 2.0000714765e-1) * m - 2.4999993993e-1) * m + 3.3333331174e-1;
  return p * m * square - 0.5 * square;
}

fn logOf(x: f32) -> f32 {
  // Subnormals are scaled up, where they are not flushed to 0.
  let isSmall = x < 1.1754943508222875e-38;
  let scaled = select(x, x * 8388608.0, isSmall);
  // The exponent is counted from sqrt(1/2) on.
  let offset = bitcast<u32>(scaled) - 0x3f3504f3u;
  let exponent = bitcast<i32>(offset) >> 23u;
  let m = bitcast<f32>((offset & 0x007fffffu) + 0x3f3504f3u) - 1.0;
  let e = f32(exponent - select(0, 23, isSmall));
  let value = (logarithmRest(m) - 2.12194440e-4 * e) + m + 0.693359375 * e;
  if (x == 0.0) { return -infinity(); }
  if (isNan(x) || x < 0.0) { return notANumber(); }
  return select(x, value, isFinite(x));
}

fn log1pOf(x: f32) -> f32 {
  let isNear = x > -0.2928 && x < 0.4142;
  let m = select(0.0, x, isNear);
  return select(logOf(1.0 + x), m + logarithmRest(m), isNear);
}

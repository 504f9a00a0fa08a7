// Squares and their sums in a wider range than that of f32: times 2^64, and of large numbers times
// -2^-126, the sign telling which. Powers of two round nothing.

fn wideSquare(x: f32) -> f32 {
  let isLarge = abs(x) > 65536.0;
  let scaled = x * select(0x1p32, 0x1p-63, isLarge);
  return select(scaled, -scaled, isLarge) * scaled;
}
fn ofLarge(square: f32) -> f32 { return select(square, square * 0x1p-95 * -0x1p-95, square > 0.0); }
fn wideSum(a: f32, b: f32) -> f32 { return select(a + b, ofLarge(a) + ofLarge(b), min(a, b) < 0.0); }

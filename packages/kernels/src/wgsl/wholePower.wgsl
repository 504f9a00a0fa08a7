// a to the power of b of whole numbers, modulo 2^32, by squaring. Of a negative b it is what is
// whole of 1 / a^-b: 0, but for an a of 1 or -1.
fn powOfWhole(a: u32, b: u32, isNegative: bool) -> u32 {
  if (isNegative) {
    let ofMinusOne = select(1u, a, (b & 1u) == 1u);
    return select(select(0u, ofMinusOne, a == 0xffffffffu), 1u, a == 1u);
  }
  var value = 1u;
  var square = a;
  for (var rest = b; rest > 0u; rest >>= 1u) {
    if ((rest & 1u) == 1u) { value *= square; }
    square *= square;
  }
  return value;
}

// Grows with the value, or falls where the order does: NaN is greatest and -0 equals 0. By bits, as
// comparisons with NaN may give anything.
fn orderOf(value: InputValues) -> u32 {
#if floats
  let bits = bitcast<u32>(value);
  var order = select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u && bits != 0x80000000u);
  if ((bits & 0x7fffffffu) > 0x7f800000u) { order = 0xffffffffu; }
#else
#if signed
  let order = bitcast<u32>(value) ^ 0x80000000u;
#else
  let order = value;
#endif
#endif
#if descending
  return ~order;
#else
  return order;
#endif
}

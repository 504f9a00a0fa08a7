// Square root of up to 64 scaled sums of squares: the global norm. Put after scaledSum.wgsl and in front of what uses the norm; functions
// only.

// Bits of the norm divided by `divisor`: of an infinity or a NaN where a summand was one, of an infinity where f32 cannot hold the norm.
fn normBits(total: ScaledSum, divisor: f32) -> u32 {
  if (total.exponent == infinite) { return infinityBits; }
  if (total.exponent == notNumber) { return 0x7fc00000; }
  return bitcast<u32>(sqrt(total.sum) * powerOfTwo(total.exponent) / divisor);
}

fn isFiniteBits(bits: u32) -> bool {
  return (bits & infinityBits) != infinityBits;
}

/** The f16 nearest to each number, ties to even, as the 16 bits that GPU memory holds. */
export function toHalfBits(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from({ length: values.length }, (_, index) => halfBits(values[index] as number));
}

/** The numbers that f16 bits stand for. */
export function fromHalfBits(bits: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: bits.length }, (_, index) => {
    const half = bits[index] as number;
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  });
}

/** The bits of the f16 nearest to a number. */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude || 1e-30)));
  const unit = 2 ** (exponent - 10);
  const scaled = magnitude / unit;
  let units = Math.floor(scaled);
  const rest = scaled - units;
  if (rest > 0.5 || (rest === 0.5 && units % 2 === 1)) units += 1;
  return sign | ((exponent + 14) * 1024 + units);
}

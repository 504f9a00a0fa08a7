/** output = a + b */
export function addReference(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from(a, (value, index) => value + (b[index] as number));
}

/** output = a * b */
export function multiplyReference(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from(a, (value, index) => value * (b[index] as number));
}

/** output = factor * input */
export function scaleReference(input: ArrayLike<number>, factor: number): Float64Array {
  return Float64Array.from(input, (value) => factor * value);
}

/** target + factor * value */
export function accumulateReference(target: ArrayLike<number>, value: ArrayLike<number>, factor = 1): Float64Array {
  return Float64Array.from(target, (sum, index) => sum + factor * (value[index] as number));
}

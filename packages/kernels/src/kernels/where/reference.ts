/** output = condition ? a : b */
export function whereReference(condition: ArrayLike<number>, a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from(condition, (chosen, index) => (chosen !== 0 ? a[index] : b[index]) as number);
}

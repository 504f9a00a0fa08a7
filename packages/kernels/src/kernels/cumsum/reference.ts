/** Running sums of a row, from the end where they are reversed. */
export function cumsumReference(values: readonly number[], reversed: boolean): number[] {
  if (reversed) return cumsumReference(values.toReversed(), false).toReversed();
  let sum = 0;
  return values.map((value) => (sum += value));
}

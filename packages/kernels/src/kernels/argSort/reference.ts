/** Indices that sort the values, equal ones in their given order; NaN is the greatest. */
export function argSortReference(values: readonly number[], descending: boolean): number[] {
  const order = (value: number) => (Number.isNaN(value) ? [1, 0] : [0, value]) as [number, number];
  const compare = (a: number, b: number) => {
    const [first, second] = [order(a), order(b)];
    return first[0] - second[0] || (first[1] === second[1] ? 0 : first[1] < second[1] ? -1 : 1);
  };
  const sign = descending ? -1 : 1;
  return [...values.keys()].sort((a, b) => sign * compare(values[a] as number, values[b] as number) || a - b);
}

import type { Column } from '../columns/column.ts';
import { DatasetError } from '../errors.ts';
import type { SortOptions } from './options.ts';

/**
 * Row indices in sorted order; equal rows keep their order. Text is sorted by code point, as in
 * Arrow. Missing values and NaN come at one end, whatever the direction, NaN next to the numbers.
 *
 * @throws DatasetError
 */
export function sortedRows(
  columns: readonly Column[],
  { reverse = false, nullPlacement = 'at_end' }: SortOptions,
): Int32Array {
  const length = columns[0]?.length;
  if (length === undefined) throw new DatasetError('sort: no column is named. Name at least one.');
  if (typeof reverse !== 'boolean' && reverse.length !== columns.length)
    throw new DatasetError(`sort: ${columns.length} columns, and 'reverse' has ${reverse.length} entries`);
  const directions = columns.map((_, index) => ((typeof reverse === 'boolean' ? reverse : reverse[index]) ? -1 : 1));
  const endSign = nullPlacement === 'at_end' ? 1 : -1;
  const order = Array.from({ length }, (_, row) => row);
  order.sort((a, b) => {
    for (const [index, column] of columns.entries()) {
      const [left, right] = [column.at(a), column.at(b)];
      const apart = distanceFromValues(left) - distanceFromValues(right);
      if (apart !== 0) return apart * endSign;
      if (distanceFromValues(left) > 0) continue;
      const compared = compareValues(left, right);
      if (compared !== 0) return compared * directions[index]!;
    }
    return a - b;
  });
  return Int32Array.from(order);
}

/** Sort rank of a value: 0 for values that can be compared, 1 for NaN, 2 for missing. */
function distanceFromValues(input: unknown): number {
  if (input === null) return 2;
  return Number.isNaN(input) ? 1 : 0;
}

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const [left, right] = [Number(a), Number(b)];
  return left < right ? -1 : Number(left > right);
}

/** By code point; JavaScript's own order is by UTF-16 unit and differs for rare characters. */
export function compareText(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left === right) continue;
    const [leftIsPair, rightIsPair] = [left >= 0xd800 && left < 0xe000, right >= 0xd800 && right < 0xe000];
    return leftIsPair === rightIsPair ? left - right : Number(leftIsPair) - Number(rightIsPair);
  }
  return a.length - b.length;
}

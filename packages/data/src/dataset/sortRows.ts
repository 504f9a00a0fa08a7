import type { Column } from '../columns/column.ts';
import { DatasetError } from '../errors.ts';
import type { SortOptions } from './options.ts';

/**
 * Row numbers in sorted order; equal rows stay as they are. Text by code point, as Arrow sorts it.
 * NaN counts as larger than any number.
 */
export function sortedRows(
  columns: readonly Column[],
  { reverse = false, nullPlacement = 'at_end' }: SortOptions,
): Int32Array {
  const length = columns[0]?.length ?? 0;
  const directions = columns.map((_, index) => {
    const descending = typeof reverse === 'boolean' ? reverse : reverse[index];
    if (descending === undefined)
      throw new DatasetError(
        `sort: ${columns.length} columns, and 'reverse' has ${(reverse as readonly boolean[]).length} entries.`,
      );
    return descending ? -1 : 1;
  });
  const order = Array.from({ length }, (_, row) => row);
  order.sort((a, b) => {
    for (const [index, column] of columns.entries()) {
      const [left, right] = [column.at(a), column.at(b)];
      if (left === null && right === null) continue;
      if (left === null) return nullPlacement === 'at_end' ? 1 : -1;
      if (right === null) return nullPlacement === 'at_end' ? -1 : 1;
      const compared = compareValues(left, right);
      if (compared !== 0) return compared * directions[index]!;
    }
    return a - b;
  });
  return Int32Array.from(order);
}

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const [left, right] = [Number(a), Number(b)];
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  return left - right;
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

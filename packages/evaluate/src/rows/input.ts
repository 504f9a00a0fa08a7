import { shown } from '@attune/validate';
import { MetricInputError, type EvaluateError } from '../errors.ts';

/** A host array: row-major values and their shape. */
export interface ShapedArray {
  /** Values, row after row. */
  readonly data: ArrayLike<number | bigint>;
  /** Extents, outermost first: [rows] or [rows, columns]. */
  readonly shape: readonly number[];
}

/**
 * What a metric takes as predictions or references: a list, a typed array, anything iterable (a
 * dataset column), rows as nested lists, or a `{ data, shape }` array.
 */
export type MetricValues =
  | ArrayLike<number | bigint>
  | Iterable<number | bigint>
  | Iterable<ArrayLike<number>>
  | ShapedArray;

/** Values in row-major order; `columns` is 1 for a plain list, and `flat` says that it was one. */
export interface Table {
  /** Values, row after row: [rows, columns]. */
  readonly data: Float64Array;
  /** Examples. */
  readonly rows: number;
  /** Values of each example; 1 of a plain list. */
  readonly columns: number;
  /** Whether it came as a plain list. */
  readonly flat: boolean;
}

/** Ends a computation, with what is wrong and what to do. */
export function refuse(message: string, error: new (message: string) => EvaluateError = MetricInputError): never {
  throw new error(message);
}

// No array is longer.
const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;

/** A list, a typed array, or anything with a length. */
export const isArrayLike = (value: unknown): value is ArrayLike<unknown> =>
  isCount(typeof value === 'object' && (value as { length?: unknown } | null)?.length);

/** Numbers in float64, exactly. @throws MetricInputError for what is not a number */
export const numbersOf = (values: ArrayLike<unknown>, place: string): number[] =>
  Array.from(values, (value, index) => {
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value);
    const advice = typeof value === 'string' ? '. Map label names to class numbers first.' : '';
    return refuse(`${place}[${index}] must be a number; got ${shown(value)}${advice}`);
  });

/**
 * Predictions or references, as they came. The values are all, row after row, or of nested lists
 * the rows; the shape is [rows] or [rows, columns], of nested lists the columns of the first row.
 */
type Given = readonly [values: ArrayLike<unknown>, shape: readonly number[], place: string, nested?: boolean];

/** @throws MetricInputError for what is not a list of values */
export function readGiven(values: unknown, name: string): Given {
  const { data, shape } = Object(values) as { readonly data?: unknown; readonly shape?: unknown };
  if (Array.isArray(shape)) {
    const place = `${name}.data`;
    const [list] = readGiven(data, place);
    const [rows, columns = 1] = shape as [number, number?];
    if (!shape.every(isCount) || shape.length > 2 || rows * columns !== list.length)
      refuse(
        `${name} must have the shape [rows] or [rows, columns] of its ${list.length} values; ` +
          `got [${shape.map(shown).join(', ')}]`,
      );
    return [list, shape, place];
  }
  // A Map and a Set keep no rows.
  const isUnordered = values instanceof Map || values instanceof Set;
  if (typeof values !== 'object' || isUnordered || !(Symbol.iterator in Object(values) || isArrayLike(values)))
    refuse(`${name} must be a list, a typed array or { data, shape }; got ${shown(values)}`);
  const list = Array.from(values as ArrayLike<unknown>);
  const [first] = list;
  return isArrayLike(first) ? [list, [list.length, first.length], name, true] : [list, [list.length], name];
}

import { optional, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { MetricInputError, MetricOptionError, type EvaluateError } from './errors.ts';

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

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  const length = typeof value === 'object' && (value as { length?: unknown } | null)?.length;
  return Number.isInteger(length) && (length as number) >= 0 && (length as number) < 2 ** 32;
}

function numbers(values: ArrayLike<unknown>, place: string): Float64Array {
  return Float64Array.from(values, (value, index) => {
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint' && value >= -(2n ** 53n) && value <= 2n ** 53n) return Number(value);
    const [kind, advice] =
      typeof value === 'string' ? ['the string ', ' Map label names to class numbers first.'] : ['', ''];
    return refuse(`${place}[${index}] is ${kind}${shown(value)}; a number was expected.${advice}`);
  });
}

function fromRows(list: readonly unknown[], columns: number, name: string): Table {
  if (columns === 0) refuse(`${name}: row 0 has no values.`);
  const data = new Float64Array(list.length * columns);
  list.forEach((row, index) => {
    const length = isArrayLike(row) && row.length;
    if (length !== columns) {
      const has = length === false ? `no list of values (${shown(row)})` : `${length} values`;
      refuse(`${name}: row ${index} has ${has}, row 0 has ${columns}. Every row needs the same number of values.`);
    }
    data.set(numbers(row as ArrayLike<unknown>, `${name}[${index}]`), index * columns);
  });
  return { data, rows: list.length, columns, flat: false };
}

function fromShaped(data: ArrayLike<unknown>, shape: readonly unknown[], name: string): Table {
  const [rows = 0, columns = 1] = shape as readonly number[];
  const sizes = shape.filter((size) => Number.isInteger(size) && (size as number) >= 0).length;
  if (sizes !== shape.length || sizes < 1 || sizes > 2 || rows * columns !== data.length) {
    refuse(
      `${name} has shape [${shape.map(shown).join(', ')}] over ${data.length} values; ` +
        'expected shape [rows] or [rows, columns] that covers all values.',
    );
  }
  return { data: numbers(data, `${name}.data`), rows, columns, flat: sizes === 1 };
}

/**
 * Reads predictions or references into float64 without losing anything.
 *
 * @throws MetricInputError for what is not a number
 */
export function readTable(values: unknown, name: string): Table {
  const no = (found: string) => refuse(`${name} ${found}; a list, a typed array or { data, shape } was expected.`);
  if (values === undefined) no('is missing');
  const is = `is ${shown(values)}`;
  if (typeof values !== 'object' || values === null) return no(is);
  if (values instanceof Map || values instanceof Set) no(`${is}, which keeps no rows`);
  if ('then' in values) refuse(`${name} is a Promise; await it first.`);
  if ('data' in values && 'shape' in values && Array.isArray(values.shape)) {
    const { data, shape } = values;
    return isArrayLike(data) ? fromShaped(data, shape, name) : no(`has a shape, and as its data ${shown(data)}`);
  }
  if (!(Symbol.iterator in values) && !isArrayLike(values)) no(`${is}, without values`);
  const list = Array.from(values as ArrayLike<unknown>);
  const [first] = list;
  if (isArrayLike(first)) return fromRows(list, first.length, name);
  return { data: numbers(list, name), rows: list.length, columns: 1, flat: true };
}

const isNumbers = (value: unknown): value is ArrayLike<number> =>
  (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) &&
  Array.prototype.every.call(value, Number.isFinite);

/** What `sampleWeight` must be. */
export const sampleWeightKind: Kind = optional({
  what: 'a list of finite numbers, one per row',
  holds: isNumbers,
  found: (value) => {
    if (!Array.isArray(value)) return shown(value);
    const index = value.findIndex((weight) => !Number.isFinite(weight));
    return `a list whose element ${index} is ${shown(value[index])}`;
  },
});

/**
 * The weight of a row: 1 without `sampleWeight`.
 *
 * @throws MetricOptionError when the number of weights is not the number of rows, or all are 0
 */
export function rowWeights(
  metric: string,
  rows: number,
  sampleWeight: ArrayLike<number> | undefined,
): (row: number) => number {
  if (sampleWeight === undefined) return () => 1;
  if (sampleWeight.length !== rows) {
    refuse(
      `${metric}: sampleWeight has ${sampleWeight.length} values for ${rows} rows. Give one weight per row.`,
      MetricOptionError,
    );
  }
  if (Array.prototype.every.call(sampleWeight, (weight) => weight === 0))
    refuse(`${metric}: sampleWeight is 0 for every row. Give at least one row a weight.`, MetricOptionError);
  return (row) => sampleWeight[row] ?? 0;
}

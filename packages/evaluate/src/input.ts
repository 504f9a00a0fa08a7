import { shown } from '@attune/validate';
import { MetricInputError } from './errors.ts';

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

const wanted = 'a list, a typed array or { data, shape } was expected';

function toNumber(value: unknown, place: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' && value >= -(2n ** 53n) && value <= 2n ** 53n) return Number(value);
  if (typeof value === 'string')
    throw new MetricInputError(
      `${place} is the string ${shown(value)}; a number was expected. Map label names to class numbers first.`,
    );
  throw new MetricInputError(`${place} is ${shown(value)}; a number was expected.`);
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  if (typeof value !== 'object' || value === null || !('length' in value)) return false;
  return Number.isInteger(value.length) && (value.length as number) >= 0 && (value.length as number) < 2 ** 32;
}

function fromList(list: readonly unknown[], name: string): Table {
  const [first] = list;
  if (!isArrayLike(first)) {
    const data = Float64Array.from(list, (value, index) => toNumber(value, `${name}[${index}]`));
    return { data, rows: list.length, columns: 1, flat: true };
  }
  const columns = first.length;
  if (columns === 0) throw new MetricInputError(`${name}: row 0 has no values.`);
  const data = new Float64Array(list.length * columns);
  list.forEach((row, index) => {
    if (!isArrayLike(row) || row.length !== columns) {
      throw new MetricInputError(
        `${name}: row ${index} has ${isArrayLike(row) ? `${row.length} values` : `no list of values (${shown(row)})`}, row 0 has ${columns}. Every row ` +
          `needs the same number of values.`,
      );
    }
    for (let column = 0; column < columns; column++)
      data[index * columns + column] = toNumber(row[column], `${name}[${index}][${column}]`);
  });
  return { data, rows: list.length, columns, flat: false };
}

function fromShaped(values: object & { data: unknown; shape: readonly unknown[] }, name: string): Table {
  if (!isArrayLike(values.data))
    throw new MetricInputError(`${name} has a shape, and as its data ${shown(values.data)}; ${wanted}.`);
  const shape = values.shape.filter((size): size is number => Number.isInteger(size) && (size as number) >= 0);
  const [rows = 0, columns = 1] = shape;
  const fits = shape.length === values.shape.length && shape.length >= 1 && shape.length <= 2;
  if (!fits || rows * columns !== values.data.length) {
    throw new MetricInputError(
      `${name} has shape [${values.shape.map(shown).join(', ')}] over ${values.data.length} values; ` +
        `expected shape [rows] or [rows, columns] that covers all values.`,
    );
  }
  const data = Float64Array.from(values.data, (value, index) => toNumber(value, `${name}.data[${index}]`));
  return { data, rows, columns, flat: shape.length === 1 };
}

/**
 * Reads predictions or references into float64 without losing anything.
 *
 * @throws MetricInputError for what is not a number
 */
export function readTable(values: unknown, name: string): Table {
  if (values === undefined) throw new MetricInputError(`${name} is missing; ${wanted}.`);
  if (typeof values !== 'object' || values === null)
    throw new MetricInputError(`${name} is ${shown(values)}; ${wanted}.`);
  if (values instanceof Map || values instanceof Set)
    throw new MetricInputError(`${name} is ${shown(values)}, which keeps no rows; ${wanted}.`);
  if ('then' in values) throw new MetricInputError(`${name} is a Promise; await it first.`);
  if ('data' in values && 'shape' in values && Array.isArray(values.shape))
    return fromShaped({ data: values.data, shape: values.shape }, name);
  if (Symbol.iterator in values) return fromList([...(values as Iterable<unknown>)], name);
  if (isArrayLike(values)) return fromList(Array.from(values), name);
  throw new MetricInputError(`${name} is ${shown(values)}, without values; ${wanted}.`);
}

/**
 * Refuses predictions and references of different length or width, empty ones, NaN and Infinity.
 */
export function checkTogether(metric: string, predictions: Table, references: Table): void {
  if (predictions.rows !== references.rows) {
    throw new MetricInputError(
      `${metric}: mismatch in the number of predictions (${predictions.rows}) and references (${references.rows}). ` +
        `Give one prediction per reference.`,
    );
  }
  if (predictions.rows === 0)
    throw new MetricInputError(`${metric}: there are no predictions. Give at least one, or call addBatch first.`);
  if (predictions.columns !== references.columns) {
    throw new MetricInputError(
      `${metric}: predictions have ${predictions.columns} columns and references ${references.columns}. Give both the same width.`,
    );
  }
  for (const [name, table] of [
    ['predictions', predictions],
    ['references', references],
  ] as const) {
    const bad = table.data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      const advice =
        name === 'predictions'
          ? 'The model has probably diverged: look at its loss.'
          : 'Look at the labels of that row.';
      throw new MetricInputError(
        `${metric}: ${name} holds ${table.data[bad]} at row ${Math.floor(bad / table.columns)}. ${advice}`,
      );
    }
  }
}
/** Refuses anything but one whole class number per row. */
export function checkClasses(metric: string, name: string, table: Table): void {
  if (!table.flat) {
    throw new MetricInputError(
      `${metric}: ${name} has shape [${table.rows}, ${table.columns}]; one class number per row was expected. ` +
        `If these are logits or probabilities, take the best class first: ` +
        `argmax(-1)${table.columns === 1 ? ', or a threshold for a single column' : ''}. ` +
        "For several labels per row, load the metric's 'multilabel' configuration.",
    );
  }
  const bad = table.data.findIndex((value) => !Number.isInteger(value));
  if (bad >= 0) {
    throw new MetricInputError(
      `${metric}: ${name}[${bad}] is ${table.data[bad]}, which is no class number. If these are logits or probabilities, ` +
        'take the best class first: argmax(-1), or a threshold for a single probability. Nothing is rounded for you.',
    );
  }
}

/** Refuses anything but rows of 0 and 1. */
export function checkMultilabel(metric: string, name: string, table: Table): void {
  if (table.flat) {
    throw new MetricInputError(
      `${metric} (multilabel): ${name} is a plain list; rows of 0 and 1 were expected, one column per label.`,
    );
  }
  const bad = table.data.findIndex((value) => value !== 0 && value !== 1);
  if (bad >= 0) {
    throw new MetricInputError(
      `${metric} (multilabel): ${name} holds ${table.data[bad]} at row ${Math.floor(bad / table.columns)}; only 0 and 1 were expected. ` +
        'Compare probabilities with a threshold first (logits: > 0).',
    );
  }
}

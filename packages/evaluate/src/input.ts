import { MetricInputError } from './errors.ts';

/** A host array: row-major values and their shape. */
export interface ShapedArray {
  readonly data: ArrayLike<number | bigint>;
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
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly flat: boolean;
}

function isShaped(values: object): values is ShapedArray {
  return 'data' in values && 'shape' in values && Array.isArray(values.shape);
}

function toNumber(value: unknown, name: string, index: number): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' && value >= -(2n ** 53n) && value <= 2n ** 53n) return Number(value);
  const shown = typeof value === 'string' ? `the string '${value}'` : `${typeof value} ${String(value)}`;
  throw new MetricInputError(
    `${name}[${index}] is ${shown}; a number was expected. Map label names to class numbers first.`,
  );
}

function isRow(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null && 'length' in value;
}

function fromList(list: readonly unknown[], name: string): Table {
  if (!isRow(list[0])) {
    return {
      data: Float64Array.from(list, (value, index) => toNumber(value, name, index)),
      rows: list.length,
      columns: 1,
      flat: true,
    };
  }
  const columns = list[0].length;
  const data = new Float64Array(list.length * columns);
  list.forEach((row, index) => {
    if (!isRow(row) || row.length !== columns) {
      throw new MetricInputError(
        `${name}: row ${index} has ${isRow(row) ? `${row.length} values` : 'no list of values'}, row 0 has ${columns}. Every row ` +
          `needs the same number of values.`,
      );
    }
    for (let column = 0; column < columns; column++)
      data[index * columns + column] = toNumber(row[column], name, index);
  });
  return { data, rows: list.length, columns, flat: false };
}

/**
 * Reads predictions or references into float64 without losing anything; refuses what is not a
 * number.
 */
export function readTable(values: MetricValues, name: string): Table {
  if (values === null || typeof values !== 'object') {
    throw new MetricInputError(
      `${name} is ${values === undefined ? 'missing' : `a ${typeof values}`}; a list, a typed array or { data, shape } was expected.`,
    );
  }
  if (isShaped(values)) {
    const [rows = 0, columns = 1] = values.shape;
    if (values.shape.length < 1 || values.shape.length > 2 || rows * columns !== values.data.length) {
      throw new MetricInputError(
        `${name} has shape [${values.shape.join(', ')}] over ${values.data.length} values; ` +
          `expected shape [rows] or [rows, columns] that covers all values.`,
      );
    }
    return { ...fromList(Array.from(values.data), name), rows, columns, flat: values.shape.length === 1 };
  }
  if (Symbol.iterator in values) return fromList([...(values as Iterable<unknown>)], name);
  if ('length' in values) return fromList(Array.from(values), name);
  throw new MetricInputError(
    `${name} is an object without values; a list, a typed array or { data, shape } was expected.`,
  );
}

/** Refuses predictions and references of different length or width, empty ones, and NaN. */
export function checkTogether(metric: string, predictions: Table, references: Table): void {
  if (predictions.rows !== references.rows) {
    throw new MetricInputError(
      `${metric}: mismatch in the number of predictions (${predictions.rows}) and references (${references.rows}). ` +
        `Give one prediction per reference.`,
    );
  }
  if (predictions.rows === 0)
    throw new MetricInputError(`${metric}: there are no predictions. Give at least one, or call addBatch first.`);
  for (const [name, table] of [
    ['predictions', predictions],
    ['references', references],
  ] as const) {
    const bad = table.data.findIndex((value) => Number.isNaN(value));
    if (bad >= 0) {
      throw new MetricInputError(
        `${metric}: ${name} holds NaN at row ${Math.floor(bad / table.columns)}. The model has probably diverged: look at its loss.`,
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

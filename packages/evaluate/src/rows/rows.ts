import { optional, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { MetricOptionError } from '../errors.ts';
import { isArrayLike, refuse, type Table } from './input.ts';

/**
 * What a metric is computed from, checked: same number of rows and columns, at least one row, no
 * NaN and nothing infinite.
 */
export interface MetricRows {
  /** What the model says. */
  readonly predictions: Table;
  /** What is true, in the same order. */
  readonly references: Table;
}

/** What a person gives for them. */
export type GivenRows = Partial<Record<keyof MetricRows, unknown>>;

/** What the rows of a metric are: how they are read, and put together. */
export interface RowKind {
  /** @throws MetricInputError for what is something else, and what does not belong together */
  read(metric: string, given: GivenRows): MetricRows;
  /** Puts one below the other. @throws MetricInputError for rows that are not alike */
  join(parts: readonly MetricRows[]): MetricRows;
}

/**
 * Reads what belongs together.
 *
 * @throws MetricInputError for empty lists, and those of different length
 */
export function readRows(metric: string, given: GivenRows, read: (values: unknown, name: string) => Table): MetricRows {
  const predictions = read(given.predictions, `${metric}: predictions`);
  const references = read(given.references, `${metric}: references`);
  if (predictions.rows !== references.rows)
    refuse(`${metric}: ${predictions.rows} predictions and ${references.rows} references. Give one for each.`);
  if (references.rows === 0) refuse(`${metric}: there are no predictions. Give some, or call addBatch first.`);
  return { predictions, references };
}

/** Rows of one width, one below the other. */
export function concatenate(parts: readonly MetricRows[]): MetricRows {
  const [only, ...others] = parts as [MetricRows, ...MetricRows[]];
  if (others.length === 0) return only;
  const below = (key: keyof MetricRows): Table => {
    const data = Float64Array.from(parts.flatMap((part) => [...part[key].data]));
    return { ...only[key], data, rows: data.length / only[key].columns };
  };
  return { predictions: below('predictions'), references: below('references') };
}

const firstNotFinite = (list: ArrayLike<unknown>): number =>
  Array.from(list).findIndex((weight) => !Number.isFinite(weight));

/** What `sampleWeight` must be. */
export const sampleWeightKind: Kind = /* @__PURE__ */ optional({
  what: 'a list of finite numbers, one per row',
  holds: (value) => isArrayLike(value) && firstNotFinite(value) < 0,
  found: (value) => {
    if (!isArrayLike(value)) return undefined;
    const index = firstNotFinite(value);
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
  const weights = Array.from(sampleWeight);
  if (weights.length !== rows) {
    refuse(`${metric}: sampleWeight has ${weights.length} values for ${rows} rows`, MetricOptionError);
  }
  if (weights.every((weight) => weight === 0)) refuse(`${metric}: sampleWeight is 0 for every row`, MetricOptionError);
  return (row) => weights[row]!;
}

import { optional, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { MetricOptionError } from '../errors.ts';

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
    throw new MetricOptionError(
      `${metric}: sampleWeight has ${sampleWeight.length} values for ${rows} rows. Give one weight per row.`,
    );
  }
  if (Array.prototype.every.call(sampleWeight, (weight) => weight === 0))
    throw new MetricOptionError(`${metric}: sampleWeight is 0 for every row. Give at least one row a weight.`);
  return (row) => sampleWeight[row] ?? 0;
}

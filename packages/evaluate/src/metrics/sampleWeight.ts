import { MetricOptionError } from '../errors.ts';

/**
 * The weight of a row: 1 without `sampleWeight`. @throws MetricOptionError when the number of
 * weights is not the number of rows
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
  return (row) => sampleWeight[row] ?? 0;
}

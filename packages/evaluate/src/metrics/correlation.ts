import { MetricInputError } from '../errors.ts';
import type { MetricDefinition, MetricRows } from '../metric.ts';
import { incompleteBeta } from './incompleteBeta.ts';

export interface CorrelationOptions {
  /**
   * Also give the two-sided p-value of "no correlation", under the key `p-value`
   * (`spearmanr_pvalue` for spearmanr). Default false.
   */
  returnPvalue?: boolean;
}

/** Pearson's r: NaN when a side is constant. */
export function pearson(x: Float64Array, y: Float64Array): number {
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - meanX, y[i]! - meanY];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  if (xx === 0 || yy === 0) return NaN;
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx) / Math.sqrt(yy)));
}

/** Ranks from 1; equal values share the mean of their ranks. */
export function ranks(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const result = new Float64Array(values.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) result[order[i]!] = (start + end + 1) / 2;
  }
  return result;
}

/** Spearman's rho: Pearson's r of the ranks. */
export function spearman(x: Float64Array, y: Float64Array): number {
  return pearson(ranks(x), ranks(y));
}

/**
 * Two-sided p-value of Student's t test with count - 2 degrees of freedom (`scipy.stats.pearsonr`,
 * `spearmanr`).
 */
function pValue(correlation: number, count: number): number {
  if (Number.isNaN(correlation)) return NaN;
  return count <= 2 ? 1 : incompleteBeta(1 - correlation * correlation, (count - 2) / 2, 0.5);
}

/**
 * Two lists of numbers; a single column ([rows, 1], what a regression head gives) counts as a list.
 */
export function pairedNumbers(name: string, { predictions, references }: MetricRows): [Float64Array, Float64Array] {
  if (references.columns !== 1) {
    throw new MetricInputError(
      `${name}: shape [${references.rows}, ${references.columns}] given; one number per row was expected.`,
    );
  }
  if (references.rows < 2) throw new MetricInputError(`${name}: a correlation needs at least two rows; 1 was given.`);
  return [predictions.data, references.data];
}

/** Pearson correlation (`scipy.stats.pearsonr`), in float64. */
export const pearsonr: MetricDefinition<CorrelationOptions, { pearsonr: number; 'p-value'?: number }> = {
  name: 'pearsonr',
  takes: 'numbers',
  optionNames: ['returnPvalue'],
  compute(rows, { returnPvalue = false }) {
    const value = pearson(...pairedNumbers('pearsonr', rows));
    return returnPvalue ? { pearsonr: value, 'p-value': pValue(value, rows.references.rows) } : { pearsonr: value };
  },
};

/** Spearman rank correlation (`scipy.stats.spearmanr`). */
export const spearmanr: MetricDefinition<CorrelationOptions, { spearmanr: number; spearmanr_pvalue?: number }> = {
  name: 'spearmanr',
  takes: 'numbers',
  optionNames: ['returnPvalue'],
  compute(rows, { returnPvalue = false }) {
    const value = spearman(...pairedNumbers('spearmanr', rows));
    return returnPvalue
      ? { spearmanr: value, spearmanr_pvalue: pValue(value, rows.references.rows) }
      : { spearmanr: value };
  },
};

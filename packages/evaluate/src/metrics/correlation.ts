import { flag, optional } from '@attune/validate';
import { refuse } from '../metric.ts';
import type { MetricDefinition, MetricRows } from '../metric.ts';
import { incompleteBeta } from './incompleteBeta.ts';

/** Options of the metrics `pearsonr` and `spearmanr`. */
export interface CorrelationOptions {
  /**
   * Also give the two-sided p-value of "no correlation", under the key `p-value`
   * (`spearmanr_pvalue` for spearmanr). Default false.
   */
  returnPvalue?: boolean | undefined;
}

const isConstant = (values: Float64Array): boolean => values.every((value) => value === values[0]);

/** Distances from the mean, divided by the largest of them: no square of them overflows. */
function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const distances = values.map((value) => value - mean);
  const largest = distances.reduce((most, distance) => Math.max(most, Math.abs(distance)), 0);
  return distances.map((distance) => distance / largest);
}

/**
 * Pearson's r: NaN when a side is constant, and exactly 1 or -1 where it is that but for rounding
 * (`scipy.stats.pearsonr`).
 */
function pearson(x: Float64Array, y: Float64Array): number {
  if (isConstant(x) || isConstant(y)) return NaN;
  // Through two points there is always a line.
  if (x.length === 2) return Math.sign(x[1]! - x[0]!) * Math.sign(y[1]! - y[0]!);
  const [distancesX, distancesY] = [centred(x), centred(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [distancesX[i]!, distancesY[i]!];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  const r = xy / Math.sqrt(xx * yy);
  return 1 - Math.abs(r) < 4 * Number.EPSILON ? Math.sign(r) : r;
}

/** Ranks from 1; equal values share the mean of their ranks. */
function ranks(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const result = new Float64Array(values.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) result[order[i]!] = (start + end + 1) / 2;
  }
  return result;
}

/** Spearman's rho: Pearson's r of the ranks. */
function spearman(x: Float64Array, y: Float64Array): number {
  return pearson(ranks(x), ranks(y));
}

/**
 * Two-sided p-value of Student's t test with count - 2 degrees of freedom (`scipy.stats.pearsonr`,
 * `spearmanr`).
 *
 * @param ofTwo what it is for two rows, which leave no degree of freedom
 */
function pValue(correlation: number, count: number, ofTwo: number): number {
  if (Number.isNaN(correlation)) return NaN;
  if (count === 2) return ofTwo;
  return incompleteBeta((1 - correlation) * (1 + correlation), (count - 2) / 2, 0.5);
}

/**
 * Two lists of numbers; a single column ([rows, 1], what a regression head gives) counts as a list.
 */
function pairedNumbers(name: string, { predictions, references }: MetricRows): [Float64Array, Float64Array] {
  if (references.columns !== 1) {
    refuse(`${name} takes one number per row; got shape [${references.rows}, ${references.columns}]`);
  }
  if (references.rows < 2) refuse(`${name}: a correlation needs at least two rows; got 1`);
  return [predictions.data, references.data];
}

/** GLUE's metric of how similar sentences are. */
export const similarity: MetricDefinition<object, { pearson: number; spearmanr: number }> = {
  name: 'glue_stsb',
  takes: 'numbers',
  options: {},
  compute(rows) {
    const [predictions, references] = pairedNumbers('glue_stsb', rows);
    return { pearson: pearson(predictions, references), spearmanr: spearman(predictions, references) };
  },
};

const options = { returnPvalue: optional(flag) };

const pearsonDefinition: MetricDefinition<CorrelationOptions, { pearsonr: number; 'p-value'?: number }> = {
  name: 'pearsonr',
  takes: 'numbers',
  options,
  compute(rows, { returnPvalue = false }) {
    const value = pearson(...pairedNumbers('pearsonr', rows));
    return returnPvalue ? { pearsonr: value, 'p-value': pValue(value, rows.references.rows, 1) } : { pearsonr: value };
  },
};

const spearmanDefinition: MetricDefinition<CorrelationOptions, { spearmanr: number; spearmanr_pvalue?: number }> = {
  name: 'spearmanr',
  takes: 'numbers',
  options,
  compute(rows, { returnPvalue = false }) {
    const value = spearman(...pairedNumbers('spearmanr', rows));
    return returnPvalue
      ? { spearmanr: value, spearmanr_pvalue: pValue(value, rows.references.rows, NaN) }
      : { spearmanr: value };
  },
};

/** Pearson correlation (`scipy.stats.pearsonr`), in float64. */
export const pearsonr = { default: pearsonDefinition };

/** Spearman rank correlation (`scipy.stats.spearmanr`). */
export const spearmanr = { default: spearmanDefinition };

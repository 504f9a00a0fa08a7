import { oneOf, optional, orNull } from '@attune/validate';
import { MetricOptionError } from '../errors.ts';
import { rowWeights, sampleWeightKind } from '../metric.ts';
import type { MetricDefinition, MetricRows } from '../metric.ts';
import { countedLabels, labelsKind, presentClasses } from './labels.ts';

/** How the scores of classes become one, as in scikit-learn. */
export type Average = 'binary' | 'micro' | 'macro' | 'weighted' | 'samples';

/** Options of the metrics `f1`, `precision` and `recall`. */
export interface ClassScoreOptions {
  /**
   * The classes to count, in order; with 'multilabel', the columns. Default: every class that
   * occurs in predictions or references, ascending.
   */
  labels?: readonly number[] | undefined;
  /** The positive class of `average: 'binary'`. Default 1. */
  posLabel?: number | undefined;
  /**
   * 'binary' (default): the score of `posLabel`; 'micro': over all counts; 'macro': plain mean over
   * classes; 'weighted': mean weighted by true count; 'samples': mean over rows (multilabel only);
   * null: one score per class.
   */
  average?: Average | null | undefined;
  /** One weight per row. */
  sampleWeight?: ArrayLike<number> | undefined;
  /** The score where it would be 0/0. Default 0. NaN leaves such classes out of averages. */
  zeroDivision?: number | undefined;
}

/** Weighted counts of one class (or one row, for 'samples'). */
interface Counts {
  right: number;
  predicted: number;
  actual: number;
}

type ClassScoreName = 'f1' | 'precision' | 'recall';

/**
 * Sources: sklearn.metrics.precision_recall_fscore_support; f1 = 2 right / (predicted + actual).
 */
const fractions: { [Name in ClassScoreName]: (counts: Counts) => [numerator: number, denominator: number] } = {
  f1: ({ right, predicted, actual }) => [2 * right, predicted + actual],
  precision: ({ right, predicted }) => [right, predicted],
  recall: ({ right, actual }) => [right, actual],
};

function countClasses(
  { predictions, references }: MetricRows,
  labels: readonly number[],
  weight: (row: number) => number,
): Counts[] {
  const counts = new Map(labels.map((label) => [label, { right: 0, predicted: 0, actual: 0 }]));
  for (let row = 0; row < references.rows; row++) {
    const predicted = counts.get(predictions.data[row]!);
    const actual = counts.get(references.data[row]!);
    if (predicted) predicted.predicted += weight(row);
    if (actual) actual.actual += weight(row);
    if (predicted && predicted === actual) predicted.right += weight(row);
  }
  // A class that is named twice gets its score twice, as in scikit-learn.
  return labels.map((label) => counts.get(label) ?? { right: 0, predicted: 0, actual: 0 });
}

function countColumns(
  rows: MetricRows,
  labels: readonly number[],
  weight: (row: number) => number,
  by: 'label' | 'row',
): Counts[] {
  const { predictions, references } = rows;
  const counts = Array.from({ length: by === 'label' ? labels.length : references.rows }, () => ({
    right: 0,
    predicted: 0,
    actual: 0,
  }));
  for (let row = 0; row < references.rows; row++) {
    labels.forEach((label, position) => {
      const at = row * references.columns + label;
      const target = counts[by === 'label' ? position : row]!;
      target.predicted += predictions.data[at]! * weight(row);
      target.actual += references.data[at]! * weight(row);
      target.right += predictions.data[at]! * references.data[at]! * weight(row);
    });
  }
  return counts;
}

function average(scores: readonly number[], weights: readonly number[] | undefined): number {
  const kept = scores
    .map((score, index) => [score, weights?.[index] ?? 1] as const)
    .filter(([score]) => !Number.isNaN(score));
  const total = kept.reduce((sum, [, weight]) => sum + weight, 0);
  // Without any true row every weight is zero: a plain mean then, as scikit-learn does.
  if (total === 0) return kept.reduce((sum, [score]) => sum + score, 0) / kept.length;
  return kept.reduce((sum, [score, weight]) => sum + score * weight, 0) / total;
}

function binaryLabels(name: string, rows: MetricRows, posLabel: number): number[] {
  const present = presentClasses(rows);
  if (present.length > 2) {
    throw new MetricOptionError(
      `${name}: the target has ${present.length} classes (${present.join(', ')}) but average is 'binary'. ` +
        `Choose 'micro', 'macro', 'weighted' or null.`,
    );
  }
  if (present.length === 2 && !present.includes(posLabel)) {
    throw new MetricOptionError(
      `${name}: posLabel ${posLabel} does not occur; the classes are ${present.join(' and ')}. Set posLabel to one of them.`,
    );
  }
  return [posLabel];
}

function requireAverage(name: string, kind: Average | null, takes: 'classes' | 'multilabel'): void {
  if (kind === 'samples' && takes === 'classes')
    throw new MetricOptionError(
      `${name}: average 'samples' needs several labels per row: load('${name}', 'multilabel')`,
    );
  if (kind === 'binary' && takes === 'multilabel')
    throw new MetricOptionError(
      `${name} (multilabel): average 'binary' needs one label per row. Choose 'micro', 'macro', 'weighted', 'samples' or null.`,
    );
}

function compute(
  name: ClassScoreName,
  takes: 'classes' | 'multilabel',
  rows: MetricRows,
  options: ClassScoreOptions,
): number | number[] {
  const { posLabel = 1, sampleWeight, zeroDivision = 0 } = options;
  const kind = options.average === undefined ? 'binary' : options.average;
  requireAverage(name, kind, takes);
  const weight = rowWeights(name, rows.references.rows, sampleWeight);
  const wanted = countedLabels(name, rows, takes, options.labels);
  const labels = kind === 'binary' ? binaryLabels(name, rows, posLabel) : wanted;
  const counts =
    takes === 'multilabel'
      ? countColumns(rows, labels, weight, kind === 'samples' ? 'row' : 'label')
      : countClasses(rows, labels, weight);
  const score = (counted: Counts): number => {
    const [numerator, denominator] = fractions[name](counted);
    return denominator === 0 ? zeroDivision : numerator / denominator;
  };
  if (kind === 'micro') {
    const sum = (key: keyof Counts): number => counts.reduce((total, counted) => total + counted[key], 0);
    return score({ right: sum('right'), predicted: sum('predicted'), actual: sum('actual') });
  }
  const scores = counts.map(score);
  if (kind === null) return scores;
  if (kind === 'samples')
    return average(
      scores,
      scores.map((_, row) => weight(row)),
    );
  return average(scores, kind === 'weighted' ? counts.map((counted) => counted.actual) : undefined);
}

/** What `zeroDivision` must be. */
export const zeroDivisionKind = /* @__PURE__ */ optional({
  what: '0, 1 or NaN',
  holds: (value) => [0, 1, NaN].includes(value as number),
});

type ClassScore<Name extends ClassScoreName> = MetricDefinition<
  ClassScoreOptions,
  { [Key in Name]: number | number[] },
  { average: null }
>;

/** F1, precision or recall (`sklearn.metrics.{f1,precision,recall}_score`). */
function classScore<Name extends ClassScoreName>(name: Name, takes: 'classes' | 'multilabel'): ClassScore<Name> {
  const result = (rows: MetricRows, chosen: ClassScoreOptions) =>
    ({ [name]: compute(name, takes, rows, chosen) }) as { [Key in Name]: number | number[] };
  const options = {
    labels: labelsKind,
    posLabel: optional({ what: 'a class number', holds: Number.isInteger }),
    average: optional(orNull(oneOf('binary', 'micro', 'macro', 'weighted', 'samples'))),
    sampleWeight: sampleWeightKind,
    zeroDivision: zeroDivisionKind,
  };
  return { name, takes, options, compute: result };
}

export const f1 = {
  default: /* @__PURE__ */ classScore('f1', 'classes'),
  multilabel: /* @__PURE__ */ classScore('f1', 'multilabel'),
};
export const precision = {
  default: /* @__PURE__ */ classScore('precision', 'classes'),
  multilabel: /* @__PURE__ */ classScore('precision', 'multilabel'),
};
export const recall = {
  default: /* @__PURE__ */ classScore('recall', 'classes'),
  multilabel: /* @__PURE__ */ classScore('recall', 'multilabel'),
};

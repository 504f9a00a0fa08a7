import { MetricInputError, MetricOptionError } from '../errors.ts';
import type { MetricDefinition, MetricRows } from '../metric.ts';
import { rowWeights } from './sampleWeight.ts';

export type Average = 'binary' | 'micro' | 'macro' | 'weighted' | 'samples';

export interface ClassScoreOptions {
  /**
   * The classes to count, in order. Default: every class that occurs in predictions or references,
   * ascending.
   */
  labels?: readonly number[];
  /** The positive class of `average: 'binary'`. Default 1. */
  posLabel?: number;
  /**
   * 'binary' (default): the score of `posLabel`; 'micro': over all counts; 'macro': plain mean over
   * classes; 'weighted': mean weighted by true count; 'samples': mean over rows (multilabel only);
   * null: one score per class.
   */
  average?: Average | null;
  /** One weight per row. */
  sampleWeight?: ArrayLike<number>;
  /** The score where it would be 0/0. Default 0. NaN leaves such classes out of averages. */
  zeroDivision?: number;
}

/** Weighted counts of one class (or one row, for 'samples'). */
interface Counts {
  right: number;
  predicted: number;
  actual: number;
}

export type ClassScoreName = 'f1' | 'precision' | 'recall';

/**
 * Sources: sklearn.metrics.precision_recall_fscore_support; f1 = 2 right / (predicted + actual).
 */
const fractions: { [Name in ClassScoreName]: (counts: Counts) => [numerator: number, denominator: number] } = {
  f1: ({ right, predicted, actual }) => [2 * right, predicted + actual],
  precision: ({ right, predicted }) => [right, predicted],
  recall: ({ right, actual }) => [right, actual],
};

/** The classes that occur, ascending. */
export function presentClasses({ predictions, references }: MetricRows): number[] {
  return [...new Set([...predictions.data, ...references.data])].sort((a, b) => a - b);
}

function countClasses(
  { predictions, references }: MetricRows,
  labels: readonly number[],
  weight: (row: number) => number,
): Counts[] {
  const counts = labels.map(() => ({ right: 0, predicted: 0, actual: 0 }));
  const index = new Map(labels.map((label, position) => [label, position]));
  for (let row = 0; row < references.rows; row++) {
    const predicted = counts[index.get(predictions.data[row]!) ?? -1];
    const actual = counts[index.get(references.data[row]!) ?? -1];
    if (predicted) predicted.predicted += weight(row);
    if (actual) actual.actual += weight(row);
    if (predicted && predicted === actual) predicted.right += weight(row);
  }
  return counts;
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
      const factor = by === 'label' ? weight(row) : 1;
      target.predicted += predictions.data[at]! * factor;
      target.actual += references.data[at]! * factor;
      target.right += predictions.data[at]! * references.data[at]! * factor;
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

function multilabelColumns(name: string, labels: readonly number[] | undefined, columns: number): readonly number[] {
  const chosen = labels ?? Array.from({ length: columns }, (_, column) => column);
  const outside = chosen.find((label) => !Number.isInteger(label) || label < 0 || label >= columns);
  if (outside !== undefined)
    throw new MetricInputError(
      `${name} (multilabel): label ${outside} is no column; there are ${columns}, counted from 0.`,
    );
  return chosen;
}

/** F1, precision or recall (`sklearn.metrics.{f1,precision,recall}_score`). */
export function classScore<Name extends ClassScoreName>(
  name: Name,
  takes: 'classes' | 'multilabel' = 'classes',
): MetricDefinition<ClassScoreOptions, { [Key in Name]: number | number[] }> {
  const compute = (rows: MetricRows, options: ClassScoreOptions): number | number[] => {
    const { posLabel = 1, sampleWeight, zeroDivision = 0 } = options;
    const kind = options.average === undefined ? 'binary' : options.average;
    const kinds: readonly unknown[] = ['binary', 'micro', 'macro', 'weighted', 'samples', null];
    if (!kinds.includes(kind)) {
      throw new MetricOptionError(
        `${name}: average is '${String(kind)}'. Choose 'binary', 'micro', 'macro', 'weighted', 'samples' or null.`,
      );
    }
    if ((kind === 'samples') !== (takes === 'multilabel') && (kind === 'samples' || kind === 'binary')) {
      throw new MetricOptionError(
        kind === 'samples'
          ? `${name}: average 'samples' needs several labels per row: load('${name}', 'multilabel').`
          : `${name} (multilabel): average 'binary' needs one label per row. Choose 'micro', 'macro', 'weighted', 'samples' or null.`,
      );
    }
    const weight = rowWeights(name, rows.references.rows, sampleWeight);
    const labels =
      takes === 'multilabel'
        ? multilabelColumns(name, options.labels, rows.references.columns)
        : kind === 'binary'
          ? binaryLabels(name, rows, posLabel)
          : (options.labels ?? presentClasses(rows));
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
    if (kind === 'weighted')
      return average(
        scores,
        counts.map((counted) => counted.actual),
      );
    return average(scores, kind === 'samples' ? scores.map((_, row) => weight(row)) : undefined);
  };
  return {
    name,
    takes,
    optionNames: ['labels', 'posLabel', 'average', 'sampleWeight', 'zeroDivision'],
    compute: (rows, options) => ({ [name]: compute(rows, options) }) as { [Key in Name]: number | number[] },
  };
}

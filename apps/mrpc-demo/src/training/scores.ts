import * as evaluate from '@attune/evaluate';
import { bagOfWordsPredictions } from '../baselines/bagOfWords.ts';
import { majorityPredictions } from '../baselines/majority.ts';
import type { LabelledData } from '../sources/source.ts';

/** Metrics by name, the one that decides first: `accuracy` and `f1`, or `rmse`. */
export type Metrics = Readonly<Record<string, number>>;

/** Scores on the validation set. */
export interface Scores {
  readonly name: string;
  readonly metrics: Metrics;
}

export type Scorer = (predictions: readonly number[], references: readonly number[]) => Record<string, number>;

/**
 * Accuracy, and with two classes F1, as GLUE's MRPC is scored; the root of the mean
 * squared error for scores.
 */
export async function scorerFor({ labelNames }: LabelledData): Promise<Scorer> {
  if (labelNames === null) {
    const metric = await evaluate.load('mse');
    return (predictions, references) => ({ rmse: Math.sqrt(metric.compute({ predictions, references }).mse) });
  }
  const metric = await (labelNames.length === 2 ? evaluate.load('glue', 'mrpc') : evaluate.load('accuracy'));
  return (predictions, references) => ({ ...metric.compute({ predictions, references }) });
}

/** The baselines without a model, which any model should beat. */
export function scoreBaselines({ train, validation, labelNames }: LabelledData, scorer: Scorer): Scores[] {
  const [rows, unseen] = [train.toRows(), validation.toRows()];
  const references = unseen.map(({ label }) => label);
  const labels = rows.map(({ label }) => label);
  if (labelNames === null) {
    const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length;
    const metrics = scorer(
      unseen.map(() => mean),
      references,
    );
    return [{ name: 'the mean score', metrics }];
  }
  return [
    { name: 'the most frequent label', metrics: scorer(majorityPredictions(labels, unseen.length), references) },
    { name: 'a bag of words', metrics: scorer(bagOfWordsPredictions(rows, unseen), references) },
  ];
}

/** `86.0%` of 0.86. */
export const percent = (part: number) => `${(100 * part).toFixed(1)}%`;
const titles: Readonly<Record<string, string>> = { f1: 'F1', rmse: 'RMSE' };

/** `accuracy 86.0%, F1 90.2%` */
export function metricsInWords(metrics: Metrics): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${titles[name] ?? name} ${name === 'rmse' ? value.toFixed(4) : percent(value)}`)
    .join(', ');
}

/** How far a model is above the baselines, in a sentence. */
export function comparedWithBaselines({ metrics }: Scores, baselines: readonly Scores[]): string {
  const [[metric, own] = ['accuracy', NaN]] = Object.entries(metrics);
  const isError = metric === 'rmse';
  const gain = (scores: Scores) => (isError ? -1 : 1) * (own - (scores.metrics[metric] ?? NaN));
  const behind = baselines.filter((scores) => !(gain(scores) > 0));
  if (behind.length > 0)
    return `That is no better than ${behind.map(({ name }) => name).join(' and ')}: train longer, or on more examples.`;
  const amounts = baselines.map((scores) =>
    isError
      ? `${gain(scores).toFixed(4)} below ${scores.name}`
      : `${(100 * gain(scores)).toFixed(1)} points above ${scores.name}`,
  );
  return `That is ${amounts.join(' and ')}.`;
}

import type { LogEntry } from '@attune/trainer';
import type { Scores } from '../training/scores.ts';

/** Loss of one optimizer step. */
export interface LossPoint {
  readonly step: number;
  readonly loss: number;
  readonly learningRate: number;
  /** Norm of all gradients before clipping. */
  readonly gradNorm: number;
}

/** Metrics of one evaluation: `eval_loss`, `eval_accuracy`, … with `epoch` and `step`. */
export type Evaluation = LogEntry;

/** A validation pair with the model's prediction. */
export interface ReportExample {
  readonly sentence1: string;
  /** Empty where rows have one text. */
  readonly sentence2: string;
  readonly label: string;
  readonly predicted: string;
  /** Probability of the prediction, 0 to 1. */
  readonly probability: number;
}

/** Everything that the report shows. */
export interface ReportData {
  readonly title: string;
  readonly date: string;
  /** The result in a sentence or two. */
  readonly headline: string;
  /** What was run, in rows of a name and a value. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly losses: readonly LossPoint[];
  readonly evaluations: readonly Evaluation[];
  /** Scores to beat, by name. */
  readonly baselines: readonly Scores[];
  readonly examples: readonly ReportExample[];
}

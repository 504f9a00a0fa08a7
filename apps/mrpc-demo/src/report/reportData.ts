import type { LogEntry } from '@attune/trainer';

/** Loss of one optimizer step. */
export interface LossPoint {
  readonly step: number;
  readonly loss: number;
  readonly learningRate: number;
}

/** Metrics of one evaluation: `eval_loss`, `eval_accuracy`, … with `epoch` and `step`. */
export type Evaluation = LogEntry;

/** A validation pair with what the model makes of it. */
export interface ReportExample {
  readonly sentence1: string;
  readonly sentence2: string;
  readonly label: string;
  readonly predicted: string;
  /** Probability of what is predicted, 0 to 1. */
  readonly probability: number;
}

/** Everything that the report shows. */
export interface ReportData {
  readonly title: string;
  readonly date: string;
  /** What was run, in rows of a name and a value. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly losses: readonly LossPoint[];
  readonly evaluations: readonly Evaluation[];
  /** Scores to beat, by name. */
  readonly baselines: readonly { readonly name: string; readonly accuracy: number; readonly f1: number | null }[];
  readonly examples: readonly ReportExample[];
}

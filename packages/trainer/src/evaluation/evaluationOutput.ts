import { NdArray } from '@attune/data';
import { instanceOf, objectWith, requireArgument } from '@attune/validate';
import { TrainerError } from '../errors.ts';
import type { LogEntry } from '../state/trainerState.ts';

/** What an evaluation gives. */
export interface EvaluationOutput {
  /** Logits, f32 [examples, labels]; [examples, tokens, labels] of a model that labels tokens. */
  readonly predictions: NdArray;
  /** [examples] or [examples, labels]; null when the dataset has no labels. */
  readonly labelIds: NdArray | null;
  /** The mean loss over all labelled examples, and what `computeMetrics` returns, with the prefix. */
  readonly metrics: LogEntry;
  readonly numSamples: number;
}

/** What a loop of a subclass must give. */
export const evaluationOutput = objectWith('{ predictions, labelIds, metrics, numSamples }', {
  predictions: 'object',
  metrics: 'object',
  numSamples: 'number',
});

/** Logits and labels of a whole dataset, as metrics get them: `[logits, labels] = prediction`. */
export class EvalPrediction {
  /** f32 [examples, labels]; [examples, tokens, labels] of a model that labels tokens. */
  readonly predictions: NdArray;
  /** [examples], or [examples, labels] for several labels at once. */
  readonly labelIds: NdArray;

  /** @throws TrainerError for what is no NdArray */
  constructor(predictions: NdArray, labelIds: NdArray) {
    requireArgument('new EvalPrediction', 'predictions', predictions, instanceOf(NdArray), TrainerError);
    requireArgument('new EvalPrediction', 'labelIds', labelIds, instanceOf(NdArray), TrainerError);
    this.predictions = predictions;
    this.labelIds = labelIds;
  }

  *[Symbol.iterator](): Generator<NdArray, void> {
    yield this.predictions;
    yield this.labelIds;
  }
}

/** What `predict` gives: `[predictions, labelIds, metrics] = output` works too. */
export class PredictionOutput {
  /** As in `EvalPrediction`. */
  readonly predictions: NdArray;
  /** As in `EvalPrediction`; of shape [0] when the dataset has no labels. */
  readonly labelIds: NdArray;
  /** `test_loss`, run times, and what `computeMetrics` returns, with the prefix. */
  readonly metrics: LogEntry;

  constructor(predictions: NdArray, labelIds: NdArray, metrics: LogEntry) {
    this.predictions = predictions;
    this.labelIds = labelIds;
    this.metrics = metrics;
  }

  *[Symbol.iterator](): Generator<NdArray | LogEntry, void> {
    yield this.predictions;
    yield this.labelIds;
    yield this.metrics;
  }
}

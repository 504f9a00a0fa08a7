import { NdArray } from '@attune/data';
import { answerOtherNames, objectWith, optional, requireArgument } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { TrainerError } from '../errors.ts';
import type { LogEntry } from '../state/trainerState.ts';
import { everyNested } from './nested.ts';
import type { Collected } from './nested.ts';

/** Result of an evaluation. */
export interface EvaluationOutput {
  /**
   * Logits, f32 [examples, labels], or [examples, tokens, labels] for token classification. An
   * array of those where the model has several outputs; of shape [0] where none were kept.
   */
  readonly predictions: Collected;
  /**
   * [examples] or [examples, labels]; an array of such with several `labelNames`. Null when the
   * dataset has no labels, or none were kept.
   */
  readonly labelIds: Collected | null;
  /**
   * The mean loss over all labelled examples, and what `computeMetrics` returns, with the prefix.
   */
  readonly metrics: LogEntry;
  /** Number of examples. */
  readonly numSamples: number;
}

/** Kind of the result of a loop of a subclass. */
export const evaluationOutput = objectWith('{ predictions, labelIds, metrics, numSamples }', {
  predictions: 'object',
  metrics: 'object',
  numSamples: 'number',
});

const collected: Kind = {
  what: 'an NdArray, or an array of them',
  holds: (value) => everyNested(value, (part) => part instanceof NdArray),
};

/** What `includeForMetrics` adds for `computeMetrics`. */
export interface MetricExtras {
  /** The main input, such as `input_ids` [examples, columns], padded with -100. */
  readonly inputs?: NdArray | undefined;
  /** For each example the loss of its batch: [examples]. */
  readonly losses?: NdArray | undefined;
}

/**
 * Predictions and labels of a dataset, for metrics: `[logits, labels] = prediction`, followed by
 * inputs and losses where `includeForMetrics` asks for them.
 */
export class EvalPrediction<Predictions extends Collected = NdArray, Labels extends Collected = NdArray> {
  /**
   * f32 [examples, labels], or [examples, tokens, labels] for token classification. An array of
   * those where the model has several outputs.
   */
  readonly predictions: Predictions;
  /**
   * [examples], or [examples, labels] for several labels at once. An array of such with several
   * `labelNames`.
   */
  readonly labelIds: Labels;
  /** With `includeForMetrics: ['inputs']`: the main input, such as `input_ids`. */
  readonly inputs: NdArray | undefined;
  /** With `includeForMetrics: ['loss']`: for each example the loss of its batch, [examples]. */
  readonly losses: NdArray | undefined;

  /** @throws TrainerError for a value that is not an NdArray */
  constructor(predictions: Predictions, labelIds: Labels, { inputs, losses }: MetricExtras = {}) {
    const where = 'new EvalPrediction';
    requireArgument(where, 'predictions', predictions, collected, TrainerError);
    requireArgument(where, 'labelIds', labelIds, collected, TrainerError);
    requireArgument(where, 'inputs', inputs, optional(collected), TrainerError);
    requireArgument(where, 'losses', losses, optional(collected), TrainerError);
    this.predictions = predictions;
    this.labelIds = labelIds;
    this.inputs = inputs;
    this.losses = losses;
  }

  *[Symbol.iterator](): Generator<Predictions | Labels | NdArray, void> {
    yield this.predictions;
    yield this.labelIds;
    if (this.inputs) yield this.inputs;
    if (this.losses) yield this.losses;
  }
}

/** Result of `predict`; `[predictions, labelIds, metrics] = output` works too. */
export class PredictionOutput<Predictions extends Collected = NdArray, Labels extends Collected = NdArray> {
  /** As in `EvalPrediction`; of shape [0] with `predictionLossOnly`. */
  readonly predictions: Predictions;
  /** As in `EvalPrediction`; of shape [0] when the dataset has no labels. */
  readonly labelIds: Labels;
  /** `test_loss`, run times, and what `computeMetrics` returns, with the prefix. */
  readonly metrics: LogEntry;

  constructor(predictions: Predictions, labelIds: Labels, metrics: LogEntry) {
    this.predictions = predictions;
    this.labelIds = labelIds;
    this.metrics = metrics;
  }

  *[Symbol.iterator](): Generator<Predictions | Labels | LogEntry, void> {
    yield this.predictions;
    yield this.labelIds;
    yield this.metrics;
  }
}

const otherNames = { label_ids: 'labelIds', 0: 'predictions', 1: 'labelIds' };
answerOtherNames(EvalPrediction.prototype, 'an EvalPrediction has', TrainerError, otherNames);
answerOtherNames(PredictionOutput.prototype, 'a PredictionOutput has', TrainerError, { ...otherNames, 2: 'metrics' });

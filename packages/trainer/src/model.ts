import type { Batch } from '@attune/data';
import type { Module, Tensor } from '@attune/tensor';
import type { CheckpointingKwargs } from './arguments/defaults.ts';

/** What a model needs to make micro-batches add up exactly to the batch that they are cut from. */
export interface ForwardContext {
  /**
   * Number of labelled examples in the whole update; the loss is the sum divided by it. Default:
   * that of this batch.
   */
  readonly numItemsInBatch?: number | undefined;
  /** Index of this batch's first example in the update, for dropout. Default 0. */
  readonly exampleOffset?: number | undefined;
  /** Number of the update, for dropout. Default 0. */
  readonly update?: number | undefined;
  /** Seed of dropout. Default: the model's own. */
  readonly seed?: number | undefined;
}

/** Result of a model's `forward`. */
export interface ModelOutput {
  /** Mean over the labelled examples; missing when the batch has no labels. Shape []. */
  readonly loss?: Tensor | undefined;
  /**
   * [examples, labels], or [examples, tokens, labels] for token classification. Every other tensor
   * in the output, or array of tensors, is a prediction too.
   */
  readonly logits: Tensor;
}

/** Any module that can be trained: it computes loss and logits from a batch. */
export interface TrainableModel extends Module {
  /** Batch keys that `forward` reads, without the labels. */
  readonly inputNames: readonly string[];
  /** The main input: its elements count as tokens, and metrics may get it. Default: the first. */
  readonly mainInputName?: string | undefined;
  /** Computes logits, and the loss if the batch has labels. */
  forward(batch: Batch, context?: ForwardContext): ModelOutput;
  /**
   * Number of examples in a batch that count in the loss. Default: all rows except those with the
   * whole-number label -100.
   *
   * @param labelNames batch keys that hold labels
   */
  countLabels?(batch: Batch, labelNames?: readonly string[]): number;
  /**
   * Strength of the noise on embeddings in training, set by `neftuneNoiseAlpha`, which requires it.
   */
  neftuneNoiseAlpha?: number | null | undefined;
  /** Called before training with `activationCheckpointing`, which requires it. */
  activationCheckpointingEnable?(options?: CheckpointingKwargs): void;
  /** Writes the model to a folder. Default: a checkpoint contains only the weights. */
  savePretrained?(folder: string): Promise<void>;
  /** Seed that a new head was drawn from. */
  readonly headSeed?: number | null | undefined;
}

/** The main input of a model. */
export const mainInputOf = ({ mainInputName, inputNames }: TrainableModel): string =>
  mainInputName ?? inputNames[0] ?? 'input_ids';

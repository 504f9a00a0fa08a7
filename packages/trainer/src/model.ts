import type { Batch } from '@attune/data';
import type { Module, Tensor } from '@attune/tensor';
import type { CheckpointingKwargs } from './arguments/defaults.ts';

/** What a model must know to make micro-batches add up exactly to the batch they are cut from. */
export interface ForwardContext {
  /**
   * Labelled examples in the whole update: the loss is their sum divided by this number. Default:
   * the labelled examples of this batch.
   */
  readonly numItemsInBatch?: number | undefined;
  /** Number in the update of this batch's first example, for dropout. Default 0. */
  readonly exampleOffset?: number | undefined;
  /** Number of the update, for dropout. Default 0. */
  readonly update?: number | undefined;
  /** Seed of dropout. Default: the model's own. */
  readonly seed?: number | undefined;
}

/** What a model's `forward` gives. */
export interface ModelOutput {
  /** Mean over the labelled examples; missing when the batch has no labels. Shape []. */
  readonly loss?: Tensor | undefined;
  /**
   * [examples, labels]; of a model that labels tokens [examples, tokens, labels]. Every other
   * tensor in the output, or array of them, is a prediction too.
   */
  readonly logits: Tensor;
}

/** Any module that can be trained: a loss and logits from a batch. */
export interface TrainableModel extends Module {
  /** Batch keys that `forward` reads, without the labels. */
  readonly inputNames: readonly string[];
  /**
   * The input that stands for all: what counts as tokens, and what metrics see. Default: the first.
   */
  readonly mainInputName?: string | undefined;
  /** Loss, where the batch has labels, and logits. */
  forward(batch: Batch, context?: ForwardContext): ModelOutput;
  /**
   * Examples of a batch that add to the loss: an update's loss is their sum divided by their
   * number. Default: all rows, but for whole-number labels of -100 (`countLabels`).
   *
   * @param labelNames batch keys that hold labels
   */
  countLabels?(batch: Batch, labelNames?: readonly string[]): number;
  /** Strength of the noise on embeddings in training; `neftuneNoiseAlpha` needs it and sets it. */
  neftuneNoiseAlpha?: number | null | undefined;
  /** Called before training with `activationCheckpointing`, which needs it. */
  activationCheckpointingEnable?(options?: CheckpointingKwargs): void;
  /** Writes the model to a folder; without it a checkpoint holds the bare weights. */
  savePretrained?(folder: string): Promise<void>;
  /** Seed that a new head was drawn from. */
  readonly headSeed?: number | null | undefined;
}

/** The input of a model that stands for all. */
export const mainInputOf = ({ mainInputName, inputNames }: TrainableModel): string =>
  mainInputName ?? inputNames[0] ?? 'input_ids';

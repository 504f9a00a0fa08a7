import { anyNumber, flag, oneOf, oneOfKinds, optional } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeArray, maybeFlag, maybeFraction, maybeWholeNumber } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options that forward and backward share. */
export interface ClassLossInput {
  /** f32 `[outer, classes, inner]`. */
  readonly input: GpuArray;
  /** Whether the input holds logits, of which a softmax is taken, or else log-probabilities. */
  readonly isLogits: boolean;
  /**
   * i32 or u32 `[outer, inner]`: a class for each row, where one out of range gives NaN; or f32
   * `[outer, classes, inner]`: a probability for each class.
   */
  readonly target: GpuArray;
  /** f32 `[classes]`: weight of each class. Default 1. */
  readonly classWeights?: GpuArray | undefined;
  /** Product of the extents before the classes. */
  readonly outer: number;
  /** Classes. */
  readonly classes: number;
  /** Product of the extents after the classes. */
  readonly inner: number;
  /** Part of the target that is spread evenly over all classes, from 0 to 1. Default 0. */
  readonly labelSmoothing?: number | undefined;
  /** Class of rows that are ignored. Default -100. */
  readonly ignoreIndex?: number | undefined;
}

export interface ClassLossOptions extends ClassLossInput {
  /** f32 `[outer, inner]`: the loss of each row. */
  readonly losses: GpuArray;
  /** f32 `[outer, inner, 4]`: what the gradient needs to know about each row. */
  readonly facts: GpuArray;
  /**
   * Threads for a row. Default: on a GPU 64 for more than 64 classes, unless at least 4096 rows are
   * adjacent; on a software adapter 64 for less than 16 rows of at least 4096 classes; else 1.
   */
  readonly lanes?: 1 | 64 | undefined;
}

/** Options of {@link classLossTotal}. */
export interface ClassLossTotalOptions {
  /** f32 `[rows]`. */
  readonly losses: GpuArray;
  /** f32 `[rows, 4]`. */
  readonly facts: GpuArray;
  /** Rows: outer * inner of the losses. */
  readonly rows: number;
  /** Factor of the sum; `mean` divides it by the total weight of the rows. */
  readonly factor: number | 'mean';
  /** f32 `[1]`. */
  readonly loss: GpuArray;
  /** f32 `[1]`: the factor that was applied to the sum, for the gradient. */
  readonly scale: GpuArray;
}

export interface ClassLossBackwardOptions extends ClassLossInput {
  /** f32 `[outer, inner, 4]`, from the forward. */
  readonly facts: GpuArray;
  /** f32 `[1]` with `scale`, else `[outer, inner]`. */
  readonly gradOutput: GpuArray;
  /** What `classLossTotal` wrote. Default: the losses of the rows were not summed. */
  readonly scale?: GpuArray | undefined;
  /** Whether to compute the gradient of the target probabilities. Default false: of the input. */
  readonly ofProbabilities?: boolean | undefined;
  /** f32 `[outer, classes, inner]`. */
  readonly gradient: GpuArray;
}

const inputKinds: KindsOf<ClassLossInput> = {
  input: anArray,
  isLogits: flag,
  target: anArray,
  classWeights: maybeArray,
  outer: anExtent,
  classes: anExtent,
  inner: anExtent,
  labelSmoothing: maybeFraction,
  ignoreIndex: maybeWholeNumber,
};

export const classLossKinds: KindsOf<ClassLossOptions> = {
  ...inputKinds,
  losses: anArray,
  facts: anArray,
  lanes: optional(oneOf(1, 64)),
};

export const classLossTotalKinds: KindsOf<ClassLossTotalOptions> = {
  losses: anArray,
  facts: anArray,
  rows: anExtent,
  factor: oneOfKinds("a number, or 'mean'", anyNumber, oneOf('mean')),
  loss: anArray,
  scale: anArray,
};

export const classLossBackwardKinds: KindsOf<ClassLossBackwardOptions> = {
  ...inputKinds,
  facts: anArray,
  gradOutput: anArray,
  scale: maybeArray,
  ofProbabilities: maybeFlag,
  gradient: anArray,
};

import { anyNumber, flag, oneOf, oneOfKinds, optional } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeArray, maybeFlag, maybeFraction, maybeWholeNumber } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** What forward and backward share. */
export interface ClassLossInput {
  /** f32 `[outer, classes, inner]`. */
  readonly input: GpuArray;
  /** Whether the input holds logits, of which a softmax is taken, and not logarithms. */
  readonly isLogits: boolean;
  /**
   * i32 or u32 `[outer, inner]`: a class for each row, where one out of range gives NaN; or f32
   * `[outer, classes, inner]`: a probability for each class.
   */
  readonly target: GpuArray;
  /** f32 `[classes]`: what a class counts. Default 1 each. */
  readonly classWeights?: GpuArray | undefined;
  /** Product of the extents before the classes. */
  readonly outer: number;
  /** Classes. */
  readonly classes: number;
  /** Product of the extents behind the classes. */
  readonly inner: number;
  /** Part of the target that is spread evenly over all classes, 0 to 1. Default 0. */
  readonly labelSmoothing?: number | undefined;
  /** Class of rows that count for nothing. Default -100. */
  readonly ignoreIndex?: number | undefined;
}

export interface ClassLossOptions extends ClassLossInput {
  /** f32 `[outer, inner]`: the loss of each row. */
  readonly losses: GpuArray;
  /** f32 `[outer, inner, 4]`: what the gradient needs of each row. */
  readonly facts: GpuArray;
  /** Threads for a row. Default: 64 on a GPU for more than 64 classes, else 1. */
  readonly lanes?: 1 | 64 | undefined;
}

/** Options of {@link classLossTotal}. */
export interface ClassLossTotalOptions {
  /** f32 `[rows]`. */
  readonly losses: GpuArray;
  /** f32 `[rows, 4]`. */
  readonly facts: GpuArray;
  /** Rows, which are outer * inner of the losses. */
  readonly rows: number;
  /** Multiplies the sum; `mean` divides it by what the rows count. */
  readonly factor: number | 'mean';
  /** f32 `[1]`. */
  readonly loss: GpuArray;
  /** f32 `[1]`: what the sum was multiplied by, for the gradient. */
  readonly scale: GpuArray;
}

export interface ClassLossBackwardOptions extends ClassLossInput {
  /** f32 `[outer, inner, 4]`, from the forward. */
  readonly facts: GpuArray;
  /** f32 `[1]` with `scale`, else `[outer, inner]`. */
  readonly gradOutput: GpuArray;
  /** What `classLossTotal` wrote. Default: the rows' losses stayed by themselves. */
  readonly scale?: GpuArray | undefined;
  /** Whether the gradient is that of the probabilities. Default false: of the input. */
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

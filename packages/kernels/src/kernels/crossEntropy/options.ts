import { oneOf, optional } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeArray, maybeFlag, maybeFraction, maybeWholeNumber } from '../validate.ts';
import { lossWeight } from '../lossSum/index.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions {
  /** f32 `[rows, classes]`. */
  readonly logits: GpuArray;
  /**
   * i32 `[rows]`. The caller checks them; here a row whose label is neither a class nor
   * `ignoreIndex` is ignored.
   */
  readonly labels: GpuArray;
  /** f32 `[1]`. */
  readonly loss: GpuArray;
  /** f32 `[rows, classes]`: the derivative of this call's share of the loss, overwritten. */
  readonly gradLogits?: GpuArray | undefined;
  /** Examples. */
  readonly rows: number;
  /** Classes. */
  readonly classes: number;
  /** Part of the target that is spread evenly over all classes, in [0, 1]. Default 0. */
  readonly labelSmoothing?: number | undefined;
  /** Label of rows that are ignored. Default -100. */
  readonly ignoreIndex?: number | undefined;
  /** Factor of the sum over rows, and of the gradient: 1 / rows kept for a mean. */
  readonly weight: number;
  /** Add to what `loss` holds, for micro-batches of one update. Default false. */
  readonly accumulate?: boolean | undefined;
  /**
   * Row per thread or row per workgroup. Default: per workgroup on a GPU for more than 64 classes,
   * on a software adapter for less than 16 rows of at least 4096 classes.
   */
  readonly variant?: CrossEntropyVariant | undefined;
}

/** Whether a thread or a workgroup takes a row. */
export type CrossEntropyVariant = 'thread' | 'workgroup';

export const crossEntropyKinds: KindsOf<CrossEntropyOptions> = {
  logits: anArray,
  labels: anArray,
  loss: anArray,
  gradLogits: maybeArray,
  rows: anExtent,
  classes: anExtent,
  labelSmoothing: maybeFraction,
  ignoreIndex: maybeWholeNumber,
  weight: lossWeight,
  accumulate: maybeFlag,
  variant: optional(oneOf('thread', 'workgroup')),
};

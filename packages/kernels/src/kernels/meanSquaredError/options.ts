import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeArray, maybeFlag } from '../validate.ts';
import { lossWeight } from '../lossSum/index.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link meanSquaredError}. */
export interface MeanSquaredErrorOptions {
  /** f32 `[length]`. */
  readonly predictions: GpuArray;
  /** f32 `[length]`. */
  readonly targets: GpuArray;
  /** f32 `[1]`. */
  readonly loss: GpuArray;
  /** f32 `[length]`: the derivative of this call's share of the loss, overwritten. */
  readonly gradPredictions?: GpuArray | undefined;
  /** Elements. */
  readonly length: number;
  /** Factor of the sum of squares, and of the gradient: 1 / length for a mean. */
  readonly weight: number;
  /** Add to what `loss` holds, for micro-batches of one update. Default false. */
  readonly accumulate?: boolean | undefined;
}

export const meanSquaredErrorKinds: KindsOf<MeanSquaredErrorOptions> = {
  predictions: anArray,
  targets: anArray,
  loss: anArray,
  gradPredictions: maybeArray,
  length: anExtent,
  weight: lossWeight,
  accumulate: maybeFlag,
};

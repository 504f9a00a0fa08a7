import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeArray, maybeFlag } from '../validate.ts';
import { lossWeight } from '../lossSum/index.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link binaryCrossEntropyWithLogits}. */
export interface BinaryCrossEntropyOptions {
  /** f32 `[length]`. */
  readonly logits: GpuArray;
  /** f32 `[length]`, from 0 to 1. */
  readonly targets: GpuArray;
  /** f32 `[1]`. */
  readonly loss: GpuArray;
  /** f32 `[length]`: the derivative of this call's share of the loss, overwritten. */
  readonly gradLogits?: GpuArray | undefined;
  /** Elements. */
  readonly length: number;
  /** Factor of the sum over elements, and of the gradient: 1 / length for a mean. */
  readonly weight: number;
  /** Add to what `loss` holds, for micro-batches of one update. Default false. */
  readonly accumulate?: boolean | undefined;
}

export const binaryCrossEntropyKinds: KindsOf<BinaryCrossEntropyOptions> = {
  logits: anArray,
  targets: anArray,
  loss: anArray,
  gradLogits: maybeArray,
  length: anExtent,
  weight: lossWeight,
  accumulate: maybeFlag,
};

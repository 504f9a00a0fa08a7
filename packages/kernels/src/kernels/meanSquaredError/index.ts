import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { elementwiseLoss } from '../lossSum/elementwiseLoss.ts';
import { wgsl as squaredError } from './squaredError.wgsl.ts';

export interface MeanSquaredErrorOptions {
  /** f32 `[length]`. */
  readonly predictions: GpuArray;
  /** f32 `[length]`. */
  readonly targets: GpuArray;
  /** f32 `[1]`. */
  readonly loss: GpuArray;
  /** f32 `[length]`: the derivative of this call's share of the loss, overwritten. */
  readonly gradPredictions?: GpuArray;
  readonly length: number;
  /** Multiplies the sum of squares, and the gradient: 1 / length for a mean. */
  readonly weight: number;
  /** Add to what `loss` holds, for micro-batches of one update. Default false. */
  readonly accumulate?: boolean;
}

/**
 * Squared error with its gradient: `loss = weight * sum of (predictions - targets)^2`,
 * `torch.nn.functional.mse_loss(…, reduction='sum') * weight`.
 *
 * @throws KernelArgumentError
 */
export function meanSquaredError(gpu: Gpu, options: MeanSquaredErrorOptions): void {
  const { predictions, targets, loss, gradPredictions, length, weight, accumulate = false } = options;
  elementwiseLoss(gpu, {
    kernel: 'meanSquaredError',
    elementLoss: squaredError,
    inputs: { predictions, targets },
    gradient: gradPredictions && { name: 'gradPredictions', array: gradPredictions },
    loss,
    length,
    weight,
    accumulate,
  });
}

import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { elementwiseLoss } from '../lossSum/elementwiseLoss.ts';
import { wgsl as logitsLoss } from './logitsLoss.wgsl.ts';

export interface BinaryCrossEntropyOptions {
  /** f32 `[length]`. */
  readonly logits: GpuArray;
  /** f32 `[length]`, from 0 to 1. */
  readonly targets: GpuArray;
  /** f32 `[1]`. */
  readonly loss: GpuArray;
  /** f32 `[length]`: the derivative of this call's share of the loss, overwritten. */
  readonly gradLogits?: GpuArray;
  readonly length: number;
  /** Multiplies the sum over elements, and the gradient: 1 / length for a mean. */
  readonly weight: number;
  /** Add to what `loss` holds, for micro-batches of one update. Default false. */
  readonly accumulate?: boolean;
}

/**
 * Binary cross-entropy of logits with its gradient: `loss = weight * sum of -(target * log
 * sigmoid(logit) + (1 - target) * log sigmoid(-logit))`,
 * `torch.nn.functional.binary_cross_entropy_with_logits(…, reduction='sum') * weight`.
 *
 * @throws KernelArgumentError
 */
export function binaryCrossEntropyWithLogits(gpu: Gpu, options: BinaryCrossEntropyOptions): void {
  const { logits, targets, loss, gradLogits, length, weight, accumulate = false } = options;
  elementwiseLoss(gpu, {
    kernel: 'binaryCrossEntropyWithLogits',
    elementLoss: logitsLoss,
    inputs: { logits, targets },
    gradient: gradLogits && { name: 'gradLogits', array: gradLogits },
    loss,
    length,
    weight,
    accumulate,
  });
}

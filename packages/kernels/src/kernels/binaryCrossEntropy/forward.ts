import type { Gpu } from '../../gpu.ts';
import { elementwiseLoss } from '../lossSum/index.ts';
import { wgsl as source } from './binaryCrossEntropy.wgsl.ts';
import { binaryCrossEntropyKinds } from './options.ts';
import type { BinaryCrossEntropyOptions } from './options.ts';
import { requireKernelOptions } from '../validate.ts';

/**
 * Records the binary cross-entropy of logits, with its gradient: `loss = weight * sum of -(target *
 * log sigmoid(logit) + (1 - target) * log sigmoid(-logit))`,
 * `torch.nn.functional.binary_cross_entropy_with_logits(…, reduction='sum') * weight`.
 *
 * @throws KernelArgumentError
 */
export function binaryCrossEntropyWithLogits(gpu: Gpu, options: BinaryCrossEntropyOptions): void {
  requireKernelOptions('binaryCrossEntropyWithLogits', options, binaryCrossEntropyKinds);
  const { logits, targets, loss, gradLogits, length, weight, accumulate = false } = options;
  elementwiseLoss(gpu, {
    kernel: 'binaryCrossEntropyWithLogits',
    source,
    inputs: { logits, targets },
    gradient: gradLogits && { name: 'gradLogits', array: gradLogits },
    loss,
    length,
    weight,
    accumulate,
  });
}

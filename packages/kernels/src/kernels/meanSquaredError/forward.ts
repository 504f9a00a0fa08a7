import type { Gpu } from '../../gpu.ts';
import { elementwiseLoss } from '../lossSum/index.ts';
import { wgsl as source } from './meanSquaredError.wgsl.ts';
import { meanSquaredErrorKinds } from './options.ts';
import type { MeanSquaredErrorOptions } from './options.ts';
import { requireKernelOptions } from '../validate.ts';

/**
 * Records the squared error, with its gradient: `loss = weight * sum of (predictions - targets)^2`,
 * `torch.nn.functional.mse_loss(…, reduction='sum') * weight`.
 *
 * @throws KernelArgumentError
 */
export function meanSquaredError(gpu: Gpu, options: MeanSquaredErrorOptions): void {
  requireKernelOptions('meanSquaredError', options, meanSquaredErrorKinds);
  const { predictions, targets, loss, gradPredictions, length, weight, accumulate = false } = options;
  elementwiseLoss(gpu, {
    kernel: 'meanSquaredError',
    source,
    inputs: { predictions, targets },
    gradient: gradPredictions && { name: 'gradPredictions', array: gradPredictions },
    loss,
    length,
    weight,
    accumulate,
  });
}

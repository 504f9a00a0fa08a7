import type { Gpu } from '../../../gpu.ts';
import type { GpuArray } from '../../../memory/gpuArray.ts';
import { requireArray, requireSeparate, singleTypes } from '../../validate.ts';
import { lossSum } from '../../lossSum/index.ts';
import type { OptimizerState } from './state.ts';

/**
 * Adds the loss of a micro-batch, f32 `[1]`, to the loss of the update under way, which
 * `optimizerUpdate` writes into its record.
 *
 * @throws KernelArgumentError
 */
export function accumulateLoss(
  gpu: Gpu,
  { state, loss }: { readonly state: OptimizerState; readonly loss: GpuArray },
): void {
  requireArray('accumulateLoss', 'loss', loss, { scalar: 1 }, singleTypes);
  requireSeparate('accumulateLoss', [loss], [state.loss]);
  lossSum(gpu, { input: loss, count: 1, loss: state.loss, weight: 1, accumulate: true });
}

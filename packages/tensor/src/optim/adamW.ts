import { optimizerUpdate } from '@attune/kernels/internal';
import type { ArenaSegment, MomentSegment } from '@attune/kernels/internal';
import { readAdamWArguments } from './adamWOptions.ts';
import type { AdamWOptions } from './adamWOptions.ts';
import { ArenaOptimizer } from './arena/arenaOptimizer.ts';
import type { UpdateParts } from './arena/arenaOptimizer.ts';
import type { Params } from './paramGroup.ts';
import { requireAtMost } from '../surplusArguments.ts';

/**
 * AdamW with decoupled weight decay and clipping by global norm, all on the GPU: a handful of
 * dispatches, however many parameters there are.
 *
 * A parameter without a gradient since `zeroGrad()`, because it is frozen or took no part in the
 * loss, stays unchanged, and so do its moments. An update whose gradients are not finite is
 * skipped.
 *
 * The optimizer owns the memory of its parameters; `dispose()` (or `using`) gives each parameter
 * its own memory again and releases gradients and moments.
 *
 *     const optimizer = new AdamW(model.parameters(), { lr: 5e-5 });
 *
 * Loshchilov, Hutter, "Decoupled Weight Decay Regularization", 2019; `torch.optim.AdamW`,
 * `torch.nn.utils.clip_grad_norm_`.
 */
export class AdamW extends ArenaOptimizer {
  /**
   * @param params `model.parameters()`, `model.namedParameters()`, or groups `{ params, lr,
   *   weightDecay }`. `stateDict()` uses the names; without names it counts.
   * @throws TensorError when there is no parameter to train, one is in two groups, or they live on
   *   different devices
   */
  constructor(params: Params, options: AdamWOptions = {}) {
    const { betas, eps, ...given } = readAdamWArguments(params, options);
    requireAtMost('new AdamW', 2, arguments);
    const rule = { name: 'AdamW', moments: ['exp_avg', 'exp_avg_sq'], betas, eps };
    // From this update on the corrections are 1 in f32.
    const lastCorrection = Math.max(1, Math.ceil(Math.log(2 ** -26) / Math.log(Math.max(...betas))));
    super({ ...rule, lastCorrection }, given);
  }

  protected override recordUpdate({ state, segments, members }: UpdateParts): void {
    optimizerUpdate(this.device, { state, segments: segments.map(withNames), members });
  }
}

const withNames = ({ moments, ...segment }: MomentSegment): ArenaSegment => {
  const [expAvg, expAvgSq] = moments as [MomentSegment['weights'], MomentSegment['weights']];
  return { ...segment, expAvg, expAvgSq };
};

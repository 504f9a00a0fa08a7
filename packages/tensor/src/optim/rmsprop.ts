import { decideUpdate, rmspropUpdate } from '@attune/kernels/internal';
import { flag, numberAtLeast, numberBetween, optional } from '@attune/validate';
import { ArenaOptimizer } from './arena/arenaOptimizer.ts';
import type { UpdateParts } from './arena/arenaOptimizer.ts';
import { readOptimizerArguments } from './optimizerOptions.ts';
import type { OptimizerOptions } from './optimizerOptions.ts';
import type { Params } from './paramGroup.ts';
import { requireAtMost } from '../surplusArguments.ts';

/**
 * Options of `new RMSprop`; `weightDecay` is added to the gradient, and `lr` is 1e-2 by default.
 */
export interface RMSpropOptions extends OptimizerOptions {
  /** Decay of the mean of squared gradients. Default 0.99. */
  readonly alpha?: number | undefined;
  /** Added to the denominator. Default 1e-8. */
  readonly eps?: number | undefined;
  /** Momentum factor. Default 0. */
  readonly momentum?: number | undefined;
  /**
   * Whether to divide by the standard deviation of the gradients instead of their root mean square.
   * Default false.
   */
  readonly centered?: boolean | undefined;
}

type OwnOptions = Pick<RMSpropOptions, 'alpha' | 'eps' | 'momentum' | 'centered'>;

const description = {
  where: 'new RMSprop',
  lr: 1e-2,
  weightDecay: 0,
  kinds: {
    alpha: optional(numberBetween(0, 1)),
    eps: optional(numberAtLeast(0)),
    momentum: optional(numberAtLeast(0)),
    centered: optional(flag),
  },
};

/**
 * RMSprop: gradients divided by the root of the mean of their squares.
 *
 *     const optimizer = new RMSprop(model.parameters(), { lr: 1e-3, momentum: 0.9 });
 *
 * Formulas, names and defaults of `torch.optim.RMSprop`. See `AdamW` for what all optimizers have
 * in common.
 */
export class RMSprop extends ArenaOptimizer {
  readonly #options: { alpha: number; epsilon: number; momentum: number; centered: boolean };

  /**
   * @param params as for `AdamW`
   * @throws TensorError as `AdamW` does
   */
  constructor(params: Params, options: RMSpropOptions = {}) {
    const given = readOptimizerArguments<OwnOptions>(params, options, description);
    requireAtMost('new RMSprop', 2, arguments);
    const { alpha = 0.99, eps: epsilon = 1e-8, momentum = 0, centered = false } = given;
    const moments = ['square_avg', ...(momentum === 0 ? [] : ['momentum_buffer']), ...(centered ? ['grad_avg'] : [])];
    super({ name: 'RMSprop', moments }, given);
    this.#options = { alpha, epsilon, momentum, centered };
  }

  protected override recordUpdate({ state, segments, members }: UpdateParts): void {
    decideUpdate(this.device, { state, segments, members });
    for (const segment of segments) rmspropUpdate(this.device, { state, segment, members, ...this.#options });
  }
}

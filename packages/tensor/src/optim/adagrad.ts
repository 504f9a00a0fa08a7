import { adagradUpdate, decideUpdate } from '@attune/kernels/internal';
import { numberAtLeast, optional } from '@attune/validate';
import { ArenaOptimizer } from './arena/arenaOptimizer.ts';
import type { UpdateParts } from './arena/arenaOptimizer.ts';
import { readOptimizerArguments } from './optimizerOptions.ts';
import type { OptimizerOptions } from './optimizerOptions.ts';
import type { Params } from './paramGroup.ts';
import { requireAtMost } from '../surplusArguments.ts';

/**
 * Options of `new Adagrad`; `weightDecay` is added to the gradient, and `lr` is 1e-2 by default.
 */
export interface AdagradOptions extends OptimizerOptions {
  /** The rate is divided by 1 + `lrDecay` times the number of earlier updates. Default 0. */
  readonly lrDecay?: number | undefined;
  /** Initial value of the sums of squares. Default 0. */
  readonly initialAccumulatorValue?: number | undefined;
  /** Added to the denominator. Default 1e-10. */
  readonly eps?: number | undefined;
}

type OwnOptions = Pick<AdagradOptions, 'lrDecay' | 'initialAccumulatorValue' | 'eps'>;

const description = {
  where: 'new Adagrad',
  lr: 1e-2,
  weightDecay: 0,
  kinds: {
    lrDecay: optional(numberAtLeast(0)),
    initialAccumulatorValue: optional(numberAtLeast(0)),
    eps: optional(numberAtLeast(0)),
  },
};

/**
 * Adagrad: gradients divided by the root of the sum of all their squares so far.
 *
 *     const optimizer = new Adagrad(model.parameters(), { lr: 0.01 });
 *
 * Formulas, names and defaults of `torch.optim.Adagrad`. See `AdamW` for what all optimizers have
 * in common.
 */
export class Adagrad extends ArenaOptimizer {
  readonly #epsilon: number;

  /**
   * @param params as for `AdamW`
   * @throws TensorError as `AdamW` does
   */
  constructor(params: Params, options: AdagradOptions = {}) {
    const given = readOptimizerArguments<OwnOptions>(params, options, description);
    requireAtMost('new Adagrad', 2, arguments);
    const { lrDecay = 0, initialAccumulatorValue: initialMoment = 0, eps = 1e-10 } = given;
    const corrections = (update: number) => ({ divisor: 1 + (update - 1) * lrDecay, correction: update });
    const lastCorrection = lrDecay === 0 ? 1 : Infinity;
    super({ name: 'Adagrad', moments: ['sum'], initialMoment, corrections, lastCorrection }, given);
    this.#epsilon = eps;
  }

  protected override recordUpdate({ state, segments, members }: UpdateParts): void {
    decideUpdate(this.device, { state, segments, members });
    for (const segment of segments) adagradUpdate(this.device, { state, segment, members, epsilon: this.#epsilon });
  }
}

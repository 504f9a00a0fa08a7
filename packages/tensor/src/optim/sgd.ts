import { decideUpdate, sgdUpdate } from '@attune/kernels/internal';
import { flag, number, numberAtLeast, optional } from '@attune/validate';
import { TensorError } from '../errors.ts';
import { ArenaOptimizer } from './arena/arenaOptimizer.ts';
import type { UpdateParts } from './arena/arenaOptimizer.ts';
import { readOptimizerArguments } from './optimizerOptions.ts';
import type { OptimizerOptions } from './optimizerOptions.ts';
import type { Params } from './paramGroup.ts';
import { requireAtMost } from '../surplusArguments.ts';

/** Options of `new SGD`; `weightDecay` is added to the gradient. */
export interface SGDOptions extends OptimizerOptions {
  /** Momentum factor. Default 0. */
  readonly momentum?: number | undefined;
  /** Dampening of the momentum: gradients are added with the factor 1 - `dampening`. Default 0. */
  readonly dampening?: number | undefined;
  /** Whether to use Nesterov momentum. Default false. */
  readonly nesterov?: boolean | undefined;
}

type OwnOptions = Pick<SGDOptions, 'momentum' | 'dampening' | 'nesterov'>;

const description = {
  where: 'new SGD',
  lr: 1e-3,
  weightDecay: 0,
  kinds: {
    momentum: optional(numberAtLeast(0)),
    dampening: optional(number),
    nesterov: optional(flag),
  },
};

/**
 * Stochastic gradient descent, with or without momentum.
 *
 *     const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 *
 * Formulas, names and defaults of `torch.optim.SGD`. See `AdamW` for what all optimizers have in
 * common.
 */
export class SGD extends ArenaOptimizer {
  readonly #options: Required<OwnOptions>;

  /**
   * @param params as for `AdamW`
   * @throws TensorError for `nesterov` without momentum or with dampening, and as `AdamW` does
   */
  constructor(params: Params, options: SGDOptions = {}) {
    const given = readOptimizerArguments<OwnOptions>(params, options, description);
    requireAtMost('new SGD', 2, arguments);
    const { momentum = 0, dampening = 0, nesterov = false } = given;
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new TensorError(
        `new SGD: nesterov needs a momentum above 0 and no dampening; they are ${momentum} and ${dampening}`,
      );
    }
    super({ name: 'SGD', moments: momentum === 0 ? [] : ['momentum_buffer'] }, given);
    this.#options = { momentum, dampening, nesterov };
  }

  protected override recordUpdate({ state, segments, members }: UpdateParts): void {
    decideUpdate(this.device, { state, segments, members });
    for (const segment of segments) sgdUpdate(this.device, { state, segment, members, ...this.#options });
  }
}

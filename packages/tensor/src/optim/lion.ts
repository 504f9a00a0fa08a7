import { decideUpdate, lionUpdate } from '@attune/kernels/internal';
import { optional } from '@attune/validate';
import { ArenaOptimizer } from './arena/arenaOptimizer.ts';
import type { UpdateParts } from './arena/arenaOptimizer.ts';
import { betas, readOptimizerArguments } from './optimizerOptions.ts';
import type { OptimizerOptions } from './optimizerOptions.ts';
import type { Params } from './paramGroup.ts';
import { requireAtMost } from '../surplusArguments.ts';

/** Options of `new Lion`; `weightDecay` is decoupled, and `lr` is 1e-4 by default. */
export interface LionOptions extends OptimizerOptions {
  /** Decay of the mean of gradients in the step, and in the mean itself. Default [0.9, 0.99]. */
  readonly betas?: readonly [number, number] | undefined;
}

const description = { where: 'new Lion', lr: 1e-4, weightDecay: 0, kinds: { betas: optional(betas) } };

/**
 * Lion: steps of constant size by the sign of the momentum. It needs a learning rate three to ten
 * times smaller than AdamW's, a weight decay larger by as much, and half the memory.
 *
 *     const optimizer = new Lion(model.parameters(), { lr: 1e-5, weightDecay: 0.1 });
 *
 * Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, algorithm 2, with its
 * defaults. See `AdamW` for what all optimizers have in common.
 */
export class Lion extends ArenaOptimizer {
  readonly #betas: readonly [number, number];

  /**
   * @param params as for `AdamW`
   * @throws TensorError as `AdamW` does
   */
  constructor(params: Params, options: LionOptions = {}) {
    const given = readOptimizerArguments<Pick<LionOptions, 'betas'>>(params, options, description);
    requireAtMost('new Lion', 2, arguments);
    super({ name: 'Lion', moments: ['exp_avg'] }, given);
    this.#betas = given.betas ?? [0.9, 0.99];
  }

  protected override recordUpdate({ state, segments, members }: UpdateParts): void {
    decideUpdate(this.device, { state, segments, members });
    for (const segment of segments) lionUpdate(this.device, { state, segment, members, betas: this.#betas });
  }
}

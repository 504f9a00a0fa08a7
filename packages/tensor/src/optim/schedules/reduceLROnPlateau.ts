import {
  anyNumber,
  arrayOf,
  number,
  numberAtLeast,
  numberBetween,
  oneOf,
  oneOfKinds,
  optional,
  provided,
  requireArgument,
  requireOptions,
  wholeNumber,
} from '@attune/validate';
import { requireAtMost } from '../../surplusArguments.ts';
import { optimizerKind } from './lrScheduler.ts';
import type { Optimizer } from '../optimizer.ts';
import { ScheduleError } from './schedules.ts';

/** Options of `new ReduceLROnPlateau`. */
export interface ReduceLROnPlateauOptions {
  /** Whether lower (`min`) or higher metrics are better. Default `min`. */
  readonly mode?: 'min' | 'max' | undefined;
  /** Factor of the rates, below 1. Default 0.1. */
  readonly factor?: number | undefined;
  /** Number of metrics in a row without improvement before the rates are lowered. Default 10. */
  readonly patience?: number | undefined;
  /** Smallest change that counts as an improvement. Default 1e-4. */
  readonly threshold?: number | undefined;
  /** Whether the threshold is relative to the best metric or absolute. Default `rel`. */
  readonly thresholdMode?: 'rel' | 'abs' | undefined;
  /** Number of metrics after a reduction that are not counted. Default 0. */
  readonly cooldown?: number | undefined;
  /** Lower bound of the rates, for all groups or each. Default 0. */
  readonly minLr?: number | readonly number[] | undefined;
  /** A reduction by this much or less is not applied. Default 1e-8. */
  readonly eps?: number | undefined;
}

/** State of a `ReduceLROnPlateau`. */
export interface PlateauState {
  /** The best metric so far; infinite before the first. */
  readonly best: number;
  /** Metrics in a row without improvement. */
  readonly numBadEpochs: number;
  /** Remaining metrics of the cooldown. */
  readonly cooldownCounter: number;
  /** Number of metrics seen. */
  readonly lastEpoch: number;
  /** Learning rate of each group. */
  readonly learningRates: readonly number[];
}

const where = 'new ReduceLROnPlateau';

const kinds = {
  mode: optional(oneOf('min', 'max')),
  factor: optional(numberBetween(0, 1)),
  patience: optional(wholeNumber(0)),
  threshold: optional(numberAtLeast(0)),
  thresholdMode: optional(oneOf('rel', 'abs')),
  cooldown: optional(wholeNumber(0)),
  minLr: optional(
    oneOfKinds(
      'a number of at least 0, or one for each group',
      numberAtLeast(0),
      arrayOf(numberAtLeast(0), 'numbers of at least 0'),
    ),
  ),
  eps: optional(numberAtLeast(0)),
} satisfies Readonly<Record<keyof ReduceLROnPlateauOptions, unknown>>;

const stateKinds = {
  best: anyNumber,
  numBadEpochs: wholeNumber(0),
  cooldownCounter: wholeNumber(0),
  lastEpoch: wholeNumber(0),
  learningRates: arrayOf(number, 'numbers'),
};

/**
 * Lowers the learning rates of an optimizer when a metric stops improving. Names, defaults and
 * rules are those of `torch.optim.lr_scheduler.ReduceLROnPlateau`.
 *
 *     const scheduler = new ReduceLROnPlateau(optimizer, { patience: 2 });
 *     scheduler.step(evaluationLoss);
 */
export class ReduceLROnPlateau {
  readonly #optimizer: Optimizer;
  readonly #options: Required<ReduceLROnPlateauOptions>;
  #best: number;
  #numBadEpochs = 0;
  #cooldownCounter = 0;
  #lastEpoch = 0;

  /** @throws ScheduleError for an option that does not exist or is of the wrong kind */
  constructor(optimizer: Optimizer, options: ReduceLROnPlateauOptions = {}) {
    requireArgument(where, 'optimizer', optimizer, optimizerKind, ScheduleError);
    requirePlateauOptions(where, options);
    requireAtMost('new ReduceLROnPlateau', 2, arguments);
    this.#options = {
      mode: 'min',
      factor: 0.1,
      patience: 10,
      threshold: 1e-4,
      thresholdMode: 'rel',
      cooldown: 0,
      minLr: 0,
      eps: 1e-8,
      ...provided(options),
    };
    const { minLr, mode } = this.#options;
    if (typeof minLr !== 'number' && minLr.length !== optimizer.paramGroups.length) {
      throw new ScheduleError(
        `${where}: minLr has ${minLr.length} numbers; the optimizer has ${optimizer.paramGroups.length} groups`,
      );
    }
    this.#optimizer = optimizer;
    this.#best = mode === 'min' ? Infinity : -Infinity;
  }

  /** Number of metrics seen. */
  get lastEpoch(): number {
    return this.#lastEpoch;
  }

  /**
   * To be called after each evaluation.
   *
   * @throws ScheduleError when the metric is not a number
   */
  step(metric: number, ...given: readonly never[]): void {
    requireAtMost('step', 0, given, 'it takes the metric alone, and counts its calls');
    requireArgument('step', 'metric', metric, stateKinds.best, ScheduleError);
    this.#lastEpoch += 1;
    if (this.#isBetter(metric)) {
      this.#best = metric;
      this.#numBadEpochs = 0;
    } else this.#numBadEpochs += 1;
    if (this.#cooldownCounter > 0) {
      this.#cooldownCounter -= 1;
      this.#numBadEpochs = 0;
    }
    if (this.#numBadEpochs <= this.#options.patience) return;
    this.#reduce();
    this.#cooldownCounter = this.#options.cooldown;
    this.#numBadEpochs = 0;
  }

  /** The learning rate of each group, for the next update. */
  getLastLr(): number[] {
    return this.#optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** State for `loadStateDict`. */
  stateDict(): PlateauState {
    return {
      best: this.#best,
      numBadEpochs: this.#numBadEpochs,
      cooldownCounter: this.#cooldownCounter,
      lastEpoch: this.#lastEpoch,
      learningRates: this.getLastLr(),
    };
  }

  /** @throws ScheduleError when it is not a result of `stateDict` */
  loadStateDict(state: PlateauState): void {
    requireOptions('loadStateDict', state, stateKinds, { error: ScheduleError });
    this.#best = state.best;
    this.#numBadEpochs = state.numBadEpochs;
    this.#cooldownCounter = state.cooldownCounter;
    this.#lastEpoch = state.lastEpoch;
    for (const [index, group] of this.#optimizer.paramGroups.entries())
      group.lr = state.learningRates[index] ?? group.lr;
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const sign = mode === 'min' ? -1 : 1;
    if (thresholdMode === 'abs') return sign * (metric - this.#best) > threshold;
    return mode === 'min' ? metric < this.#best * (1 - threshold) : metric > this.#best * (1 + threshold);
  }

  #reduce(): void {
    const { factor, minLr, eps } = this.#options;
    for (const [index, group] of this.#optimizer.paramGroups.entries()) {
      const least = typeof minLr === 'number' ? minLr : (minLr[index] ?? 0);
      const lr = Math.max(group.lr * factor, least);
      if (group.lr - lr > eps) group.lr = lr;
    }
  }
}

/**
 * @param caller the call, for messages
 * @throws ScheduleError for an option that does not exist or is of the wrong kind
 */
export function requirePlateauOptions(caller: string, options: unknown): void {
  requireOptions(caller, options, kinds, { error: ScheduleError });
}

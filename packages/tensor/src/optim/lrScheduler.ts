import { objectWith, requireArgument, wholeNumber } from '@attune/validate';
import type { Optimizer } from './optimizer.ts';
import { makeSchedule, ScheduleError } from './schedules.ts';
import type { Schedule, SchedulerOptions, SchedulerType } from './schedules.ts';

/** Options of `getScheduler` for the rates of an optimizer. */
export interface OptimizerSchedulerOptions extends Omit<SchedulerOptions, 'baseLearningRate'> {
  /** Its groups' learning rates are what the schedule's factors multiply. */
  readonly optimizer: Optimizer;
}

/** Changes the learning rates of an optimizer's groups step by step, as those of `torch.optim`. */
export class LrScheduler {
  readonly #optimizer: Optimizer;
  readonly #schedules: readonly Schedule[];
  #lastEpoch = 0;

  /** @param schedules one for each group of the optimizer; the first rate is set at once */
  constructor(optimizer: Optimizer, schedules: readonly Schedule[]) {
    requireArgument('new LrScheduler', 'optimizer', optimizer, optimizerKind, ScheduleError);
    const { length } = optimizer.paramGroups;
    requireArgument(
      'new LrScheduler',
      'schedules',
      schedules,
      {
        what: `an array of ${length} functions, one for each group of the optimizer`,
        holds: (value) =>
          Array.isArray(value) && value.length === length && value.every((one) => typeof one === 'function'),
      },
      ScheduleError,
    );
    this.#optimizer = optimizer;
    this.#schedules = schedules;
    this.#set();
  }

  /** Steps taken. */
  get lastEpoch(): number {
    return this.#lastEpoch;
  }

  /** Call it once after each `optimizer.step()`. */
  step(): void {
    this.#lastEpoch += 1;
    this.#set();
  }

  /** The learning rate of each group, for the next update. */
  getLastLr(): number[] {
    return this.#schedules.map((schedule) => schedule(this.#lastEpoch));
  }

  stateDict(): { lastEpoch: number } {
    return { lastEpoch: this.#lastEpoch };
  }

  /** @throws ScheduleError */
  loadStateDict(state: { readonly lastEpoch: number }): void {
    requireArgument('loadStateDict', 'lastEpoch', state?.lastEpoch, wholeNumber(0), ScheduleError);
    this.#lastEpoch = state.lastEpoch;
    this.#set();
  }

  #set(): void {
    for (const [index, lr] of this.getLastLr().entries()) {
      const group = this.#optimizer.paramGroups[index];
      if (group) group.lr = lr;
    }
  }
}

const optimizerKind = objectWith('an optimizer, such as an AdamW', { step: 'function', paramGroups: 'object' });

/**
 * A learning rate schedule by name. Names, formulas and defaults are those of
 * `transformers.get_scheduler`.
 *
 * With an `optimizer` it returns a scheduler whose `step()` changes the optimizer's rates; with a
 * `baseLearningRate` instead, the rate of every step as a function.
 *
 * @throws ScheduleError for an unknown name, an unknown option, or one that is missing
 */
export function getScheduler(name: SchedulerType, options: OptimizerSchedulerOptions): LrScheduler;
export function getScheduler(name: SchedulerType, options: SchedulerOptions): Schedule;
export function getScheduler(
  name: SchedulerType,
  options: OptimizerSchedulerOptions | SchedulerOptions,
): LrScheduler | Schedule {
  if (typeof options !== 'object' || options === null || !('optimizer' in options)) return makeSchedule(name, options);
  const { optimizer, ...rest } = options;
  requireArgument('getScheduler', 'optimizer', optimizer, optimizerKind, ScheduleError);
  if ('baseLearningRate' in rest)
    throw new ScheduleError(
      'getScheduler: with an optimizer its groups say the learning rate; leave baseLearningRate out',
    );
  const schedules = optimizer.paramGroups.map(({ lr }) => makeSchedule(name, { ...rest, baseLearningRate: lr }));
  return new LrScheduler(optimizer, schedules);
}

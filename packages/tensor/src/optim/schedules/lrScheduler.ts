import { objectWith, requireArgument, wholeNumber } from '@attune/validate';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Optimizer } from '../optimizer.ts';
import { ScheduleError } from './schedules.ts';
import type { Schedule } from './schedules.ts';

/** Changes the learning rates of an optimizer's groups at every step, as in `torch.optim`. */
export class LrScheduler {
  readonly #optimizer: Optimizer;
  readonly #schedules: readonly Schedule[];
  #lastEpoch = 0;

  /**
   * @param schedules one for each group of the optimizer; the first rate is set at once
   * @throws ScheduleError
   */
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

  /** Number of steps taken. */
  get lastEpoch(): number {
    return this.#lastEpoch;
  }

  /** Call it once after each `optimizer.step()`. */
  step(...given: readonly never[]): void {
    requireAtMost('step', 0, given, 'it takes nothing, and counts its calls');
    this.#lastEpoch += 1;
    this.#set();
  }

  /** The learning rate of each group, for the next update. */
  getLastLr(): number[] {
    return this.#schedules.map((schedule) => schedule(this.#lastEpoch));
  }

  /** State for `loadStateDict`: the number of steps. */
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

export const optimizerKind = objectWith('an optimizer, such as an AdamW', { step: 'function', paramGroups: 'object' });

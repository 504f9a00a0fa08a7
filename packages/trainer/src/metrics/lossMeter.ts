import type { CompletedSteps } from '../step/trainingStep.ts';

/** Losses of so many steps, summed. */
export type LossSum = Pick<CompletedSteps, 'count' | 'lossSum'>;

/** The mean loss of the steps since it was last asked for. */
export class LossMeter {
  #taken: LossSum;

  /** @param taken what was asked for before, when a run is resumed. Default nothing */
  constructor(taken: LossSum = { count: 0, lossSum: 0 }) {
    this.#taken = taken;
  }

  /** What has been asked for. */
  get taken(): LossSum {
    return this.#taken;
  }

  take({ count, lossSum }: CompletedSteps): number {
    const mean = (lossSum - this.#taken.lossSum) / Math.max(1, count - this.#taken.count);
    this.#taken = { count, lossSum };
    return mean;
  }
}

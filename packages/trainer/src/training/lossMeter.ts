import type { CompletedSteps } from './trainingStep.ts';

/** The mean loss of the steps since it was last asked for. */
export class LossMeter {
  #count = 0;
  #lossSum = 0;

  take({ count, lossSum }: CompletedSteps): number {
    const mean = (lossSum - this.#lossSum) / Math.max(1, count - this.#count);
    this.#count = count;
    this.#lossSum = lossSum;
    return mean;
  }
}

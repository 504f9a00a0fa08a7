import type { CompletedUpdates } from './updateRunner.ts';

/** The mean loss of the updates since it was last asked for. */
export class LossMeter {
  #count = 0;
  #lossSum = 0;

  take({ count, lossSum }: CompletedUpdates): number {
    const mean = (lossSum - this.#lossSum) / Math.max(1, count - this.#count);
    this.#count = count;
    this.#lossSum = lossSum;
    return mean;
  }
}

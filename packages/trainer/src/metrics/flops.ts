import type { Batch } from '@attune/data';
import type { TrainableModel } from '../model.ts';

/**
 * The usual estimate of the floating point operations of a run: 6 for each token and trainable
 * number, without embedding tables. Padding counts, as in `transformers`.
 */
export class FlopsEstimate {
  readonly #perToken: number;

  constructor(model: TrainableModel) {
    let count = 0;
    for (const [name, parameter] of model.namedParameters())
      if (!/embeddings?\.weight$/.test(name)) count += parameter.size;
    this.#perToken = 6 * count;
  }

  of(batches: readonly Batch[]): number {
    return this.#perToken * batches.reduce((sum, batch) => sum + (batch['input_ids']?.data.length ?? 0), 0);
  }
}

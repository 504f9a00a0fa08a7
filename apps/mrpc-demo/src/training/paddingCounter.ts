import type { DataCollator } from '@attune/data';

/** Counts the tokens in a collator's batches, and the positions that padding takes. */
export class PaddingCounter {
  readonly collate: DataCollator;
  #tokens = 0;
  #places = 0;

  constructor(collate: DataCollator) {
    this.collate = (rows) => {
      const batch = collate(rows);
      const mask = batch['attention_mask'];
      if (mask) {
        this.#places += mask.data.length;
        for (const kept of mask.data) this.#tokens += kept;
      }
      return batch;
    };
  }

  /** Fraction of all positions that was padding, which the model does not compute, 0 to 1. */
  get paddingShare(): number {
    return this.#places === 0 ? 0 : 1 - this.#tokens / this.#places;
  }
}

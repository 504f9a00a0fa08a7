import type { DataCollator } from '@attune/data';

/** Counts the tokens of the batches that a collator makes, and the places that padding takes. */
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

  /**
   * Part of the places of all batches that held padding, which the model did not compute, 0 to 1.
   */
  get paddingShare(): number {
    return this.#places === 0 ? 0 : 1 - this.#tokens / this.#places;
  }
}

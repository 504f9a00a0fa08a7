import type { Batch, CollatorRow, DataCollator } from '../collate/batch.ts';
import { defaultDataCollator } from '../collate/defaultDataCollator.ts';
import { DatasetError } from '../errors.ts';
import type { Features } from '../features/feature.ts';
import { SequentialSampler } from './samplers.ts';
import type { Sampler } from './samplers.ts';

/** What batches are made of: a Dataset, or anything with rows. */
export interface RowSource {
  readonly length: number;
  at(index: number): object;
  /** Types of the columns, for the collator. */
  readonly features?: Features;
}

export interface DataLoaderOptions {
  readonly dataset: RowSource;
  /** Rows per batch. Default 1. */
  readonly batchSize?: number;
  /** Default: rows as they are. */
  readonly sampler?: Sampler;
  /** Makes a batch of rows. Default: defaultDataCollator. */
  readonly collate?: DataCollator;
  /** Leave out a last batch that is smaller. Default false. */
  readonly dropLast?: boolean;
  /** Batches made ahead while the caller waits for something else. Default 2; 0: none. */
  readonly prefetch?: number;
}

/** Batches of an epoch, in the sampler's order; iterate it once per epoch. */
export class DataLoader implements AsyncIterable<Batch> {
  readonly #dataset: RowSource;
  readonly #sampler: Sampler;
  readonly #collate: DataCollator;
  readonly #prefetch: number;
  readonly batchSize: number;
  /** Batches per epoch. */
  readonly length: number;
  #epoch = 0;

  /**
   * @throws DatasetError for a batch size that is no whole number from 1, or a sampler for other
   *   data
   */
  constructor({
    dataset,
    batchSize = 1,
    sampler = new SequentialSampler({ numSamples: dataset.length }),
    collate = defaultDataCollator,
    dropLast = false,
    prefetch = 2,
  }: DataLoaderOptions) {
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new DatasetError(`DataLoader: batchSize is ${batchSize}; a whole number from 1 was expected.`);
    if (!Number.isInteger(prefetch) || prefetch < 0)
      throw new DatasetError(`DataLoader: prefetch is ${prefetch}; a whole number from 0 was expected.`);
    if (sampler.length > dataset.length)
      throw new DatasetError(
        `DataLoader: the sampler gives ${sampler.length} rows; the dataset has ${dataset.length}.`,
      );
    this.#dataset = dataset;
    this.#sampler = sampler;
    this.#collate = collate;
    this.#prefetch = prefetch;
    this.batchSize = batchSize;
    this.length = dropLast ? Math.floor(sampler.length / batchSize) : Math.ceil(sampler.length / batchSize);
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Chooses the order of the next iteration. */
  setEpoch(epoch: number): void {
    this.#epoch = epoch;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Batch> {
    return this.iterate();
  }

  /**
   * The batches of the current epoch.
   *
   * @param options.startBatch number of the first batch to give; those before it are not made.
   *   Default 0
   */
  async *iterate({ startBatch = 0 }: { readonly startBatch?: number } = {}): AsyncGenerator<Batch> {
    const order = this.#sampler.indices(this.#epoch);
    const { features } = this.#dataset;
    const ready: Batch[] = [];
    let next = startBatch;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const make = (): Batch => {
      const rows = order.subarray(next * this.batchSize, (next + 1) * this.batchSize);
      const batch = this.#collate(
        Array.from(rows, (row) => this.#dataset.at(row) as CollatorRow),
        features,
      );
      next += 1;
      return batch;
    };
    // One batch per macrotask, so that whatever the caller waits for is not held up for long.
    const makeAhead = () => {
      timer = undefined;
      if (next >= this.length || ready.length >= this.#prefetch) return;
      try {
        ready.push(make());
      } catch {
        // The same batch fails again when its turn comes, and then the caller is there to see it.
        return;
      }
      timer = setTimeout(makeAhead, 0);
    };
    try {
      for (let given = startBatch; given < this.length; given++) {
        const batch = ready.shift() ?? make();
        timer ??= setTimeout(makeAhead, 0);
        yield batch;
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

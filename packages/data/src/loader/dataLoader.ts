import {
  callable,
  endSentence,
  flag,
  objectWith,
  optional,
  requireArgument,
  shown,
  wholeNumber,
} from '@attune/validate';
import type { Kind, OptionKinds } from '@attune/validate';
import type { Batch, CollatedBatch, CollatorRow, ListCollator } from '../collate/batch.ts';
import { defaultDataCollator } from '../collate/defaultDataCollator.ts';
import { stackLists } from '../collate/stackLists.ts';
import { CollateError, DatasetError } from '../errors.ts';
import type { Features } from '../features/feature.ts';
import { adviceFor, requireDatasetOptions } from '../requireDatasetOptions.ts';
import { seedKind } from '../random/pcg64.ts';
import { RandomSampler, SequentialSampler } from './samplers.ts';
import type { Sampler } from './samplers.ts';

/** The rows that batches are made of: a Dataset, or anything with rows. */
export interface RowSource {
  /** Rows. */
  readonly length: number;
  /** Row number `index`, from 0. */
  at(index: number): object | undefined;
  /** Types of the columns, for the collator. */
  readonly features?: Features | undefined;
}

/** Options of {@link DataLoader}. */
export interface DataLoaderOptions {
  /** Rows per batch. Default 1. */
  readonly batchSize?: number | undefined;
  /** Whether rows come in random order, different in each epoch. Default false: in order. */
  readonly shuffle?: boolean | undefined;
  /** With `shuffle`: determines the order. Default: a new seed each time. */
  readonly seed?: number | bigint | undefined;
  /** Instead of `shuffle`: determines which rows come, and in what order. Default: none. */
  readonly sampler?: Sampler | undefined;
  /** Makes a batch of rows. Default: defaultDataCollator. */
  readonly collateFn?: ListCollator | undefined;
  /** Whether to drop a last batch that is smaller. Default false. */
  readonly dropLast?: boolean | undefined;
  /**
   * Number of batches made ahead while the caller waits for something else. Default 2; 0 for none.
   */
  readonly prefetch?: number | undefined;
}

const optionKinds: OptionKinds = {
  batchSize: optional(wholeNumber(1)),
  shuffle: optional(flag),
  seed: optional(seedKind),
  sampler: optional(objectWith('a sampler', { length: 'number', indices: 'function' })),
  collateFn: optional(callable),
  dropLast: optional(flag),
  prefetch: optional(wholeNumber(0)),
};

const otherNames = adviceFor({
  collate: 'it is called collateFn',
  dataset: 'the dataset comes first: new DataLoader(dataset, { batchSize: 8 })',
  generator: 'pass a seed',
  numWorkers: 'batches are made ahead in this thread: see prefetch',
  prefetchFactor: 'it is called prefetch',
  batchSampler: 'pass a sampler and a batchSize',
  pinMemory: 'there is nothing to pin; leave it out',
});

const anyRows = objectWith('a dataset, or anything with length and at()', { length: 'number', at: 'function' });
const rowSource: Kind = {
  ...anyRows,
  found: (value) =>
    typeof (value as { splitNames?: unknown } | null)?.splitNames === 'function'
      ? 'a DatasetDict; choose one of its splits, such as dict.train'
      : (anyRows.found?.(value) ?? shown(value)),
};

const iterateKinds: OptionKinds = { startBatch: optional(wholeNumber(0)) };

/** Whether the older form `new DataLoader({ dataset, … })` was used. */
function isOldForm(dataset: unknown): dataset is object {
  return typeof dataset === 'object' && dataset !== null && Object.hasOwn(dataset, 'dataset');
}

function rowOf(dataset: RowSource, index: number): CollatorRow {
  const row: unknown = dataset.at(index);
  if (typeof row === 'object' && row !== null && !(row instanceof Promise)) return row as CollatorRow;
  throw new CollateError(
    `DataLoader: row ${index} of the dataset must be an object with a value for each column; got ${shown(row)}`,
  );
}

function readBatch(batch: unknown): CollatedBatch {
  if (typeof batch === 'object' && batch !== null && !(batch instanceof Promise) && !Array.isArray(batch))
    return batch as CollatedBatch;
  throw new CollateError(`DataLoader: collateFn must return a batch, an object of arrays; got ${shown(batch)}`);
}

/** Runs a collator; adds to an error about a row of the batch which row of the dataset that is. */
function namingRow<Result>(rows: readonly number[], collate: () => Result): Result {
  try {
    return collate();
  } catch (error) {
    if (error instanceof CollateError && error.row !== undefined)
      error.message = `${endSentence(error.message)} It is row ${rows[error.row]} of the dataset.`;
    throw error;
  }
}

/**
 * Batches of an epoch; iterate it once per epoch, as PyTorch's:
 *
 *     const loader = new DataLoader(dataset, { batchSize: 8, shuffle: true, collateFn });
 *     for await (const batch of loader) …
 */
export class DataLoader implements AsyncIterable<Batch> {
  readonly #dataset: RowSource;
  readonly #sampler: Sampler;
  readonly #collate: ListCollator;
  readonly #prefetch: number;
  readonly #rows = new WeakMap<Batch, readonly number[]>();
  /** Rows of a batch; the last may have fewer. */
  readonly batchSize: number;
  /** Batches per epoch. */
  readonly length: number;
  #epoch = 0;

  /**
   * @throws DatasetError for anything but a dataset, unknown options, or a sampler for other data
   */
  constructor(dataset: RowSource, options: DataLoaderOptions = {}) {
    requireDatasetOptions('new DataLoader', isOldForm(dataset) ? dataset : options, optionKinds, otherNames);
    requireArgument('new DataLoader', 'dataset', dataset, rowSource, DatasetError);
    const { batchSize = 1, shuffle = false, seed, collateFn = defaultDataCollator, dropLast = false } = options;
    if (options.sampler && shuffle)
      throw new DatasetError('new DataLoader: pass shuffle or a sampler, not both: a sampler decides the order');
    if (seed !== undefined && !shuffle)
      throw new DatasetError('new DataLoader: seed is for shuffle: true; without it there is nothing to draw');
    const numSamples = dataset.length;
    const sampler =
      options.sampler ?? (shuffle ? new RandomSampler({ numSamples, seed }) : new SequentialSampler({ numSamples }));
    if (sampler.length > numSamples)
      throw new DatasetError(`new DataLoader: the sampler gives ${sampler.length} rows; the dataset has ${numSamples}`);
    this.#dataset = dataset;
    this.#sampler = sampler;
    this.#collate = collateFn;
    this.#prefetch = options.prefetch ?? 2;
    this.batchSize = batchSize;
    this.length = dropLast ? Math.floor(sampler.length / batchSize) : Math.ceil(sampler.length / batchSize);
  }

  /**
   * Index of the next epoch, from 0: it determines the order; each iteration starts a new epoch.
   */
  get epoch(): number {
    return this.#epoch;
  }

  /** Chooses the order of the next iteration. @throws DatasetError */
  setEpoch(epoch: number): void {
    requireArgument('setEpoch', 'epoch', epoch, wholeNumber(0), DatasetError);
    this.#epoch = epoch;
  }

  /**
   * The rows of the dataset that a batch of this loader was made of; undefined for another batch.
   */
  rowsOf(batch: Batch): readonly number[] | undefined {
    return this.#rows.get(batch);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Batch> {
    return this.iterate();
  }

  /**
   * The batches of the current epoch.
   *
   * @param options.startBatch index of the first batch; earlier ones are not made. Default 0
   */
  async *iterate(options: { readonly startBatch?: number } = {}): AsyncGenerator<Batch> {
    requireDatasetOptions('iterate', options, iterateKinds);
    const { startBatch = 0 } = options;
    const order = this.#sampler.indices(this.#epoch);
    this.#epoch += 1;
    const { features } = this.#dataset;
    const ready: Batch[] = [];
    let next = startBatch;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const make = (): Batch => {
      const rows = Array.from(order.subarray(next * this.batchSize, (next + 1) * this.batchSize));
      const batch = namingRow(rows, () => {
        const given = rows.map((row) => rowOf(this.#dataset, row));
        return stackLists(readBatch(this.#collate(given, features)));
      });
      next += 1;
      this.#rows.set(batch, rows);
      return batch;
    };
    // One batch per macrotask, so that what the caller waits for is not delayed for long.
    const makeAhead = () => {
      timer = undefined;
      if (next >= this.length || ready.length >= this.#prefetch) return;
      try {
        ready.push(make());
      } catch {
        // The same batch will fail again in its turn, where the caller sees the error.
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

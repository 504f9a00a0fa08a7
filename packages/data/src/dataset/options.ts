// The options of each operation: what they mean, what kind each must be, and what to do in place of
// those that only Python's `datasets` has.
import {
  anything,
  arrayOf,
  flag,
  objectWith,
  oneOf,
  oneOfKinds,
  optional,
  text,
  wholeNumber,
  number,
} from '@attune/validate';
import type { Kind, OptionKinds } from '@attune/validate';
import { featureKind, featuresKind } from '../features/feature.ts';
import { adviceFor } from '../checkOptions.ts';
import { seedKind } from '../random/pcg64.ts';

export const columnNames: Kind = oneOfKinds('the name of a column, or an array of them', text, arrayOf(text, 'texts'));

/** Names a cached result: by what was done (`key`) and by what it depends on. */
export interface CacheIdentity {
  /** What the function does, in your words, with a version: change it when the function changes. */
  readonly key: string;
  /**
   * What else the result depends on: plain values, or things with a `fingerprint` (a tokenizer).
   */
  readonly inputs?: unknown;
}

/** Options of a dataset's `map`. */
export interface MapOptions<Removed extends string = string> {
  /** The function gets and returns many rows at once, as columns. Default false. */
  readonly batched?: boolean | undefined;
  /** Rows per call in batched mode. Default 1000. */
  readonly batchSize?: number | undefined;
  /** Columns to leave out of the result. The function still sees them. */
  readonly removeColumns?: Removed | readonly Removed[] | undefined;
  /**
   * Keep the result on disk under this identity (Node), and take it from there next time. Without
   * it, and for functions that carry no `fingerprint` of their own, the result is in memory only: a
   * function does not show what it captures.
   */
  readonly cache?: CacheIdentity | undefined;
  /** Word on the progress line. Default 'Map'. */
  readonly desc?: string | undefined;
}

export const mapOptions: OptionKinds = {
  batched: optional(flag),
  batchSize: optional(wholeNumber(1)),
  removeColumns: optional(columnNames),
  cache: optional(objectWith('{ key, inputs }, key a text', { key: 'string' })),
  desc: optional(text),
};
export const cacheOptions: OptionKinds = { key: text, inputs: anything };

/** Options of a dataset's `filter`. */
export interface FilterOptions {
  /**
   * The function gets many rows at once, as columns, and returns as many booleans. Default false.
   */
  readonly batched?: boolean | undefined;
  /** Rows per call in batched mode. Default 1000. */
  readonly batchSize?: number | undefined;
  /** Word on the progress line. Default 'Filter'. */
  readonly desc?: string | undefined;
}

export const filterOptions: OptionKinds = {
  batched: optional(flag),
  batchSize: optional(wholeNumber(1)),
  desc: optional(text),
};

/** Options of a dataset's `trainTestSplit`. */
export interface SplitOptions {
  /**
   * Part (0 to 1, exclusive) or number of rows for `test`. Default: what `trainSize` leaves, or
   * 0.25. 1 means one row.
   */
  readonly testSize?: number | undefined;
  /** Part or number of rows for `train`. Default: what `testSize` leaves. */
  readonly trainSize?: number | undefined;
  /** Default true. */
  readonly shuffle?: boolean | undefined;
  /** A ClassLabel column whose classes get the same shares in both. */
  readonly stratifyByColumn?: string | undefined;
  /** Default: a new one each time. */
  readonly seed?: number | bigint | undefined;
}

export const splitOptions: OptionKinds = {
  testSize: optional(number),
  trainSize: optional(number),
  shuffle: optional(flag),
  stratifyByColumn: optional(text),
  seed: optional(seedKind),
};
export const splitAdvice = adviceFor({
  stratify: 'it is called stratifyByColumn, and takes the name of a column',
  randomState: 'it is called seed',
  generator: 'it is called seed',
});

/** Options of a dataset's `sort`. */
export interface SortOptions {
  /** Descending, for all columns or each. Default false. */
  readonly reverse?: boolean | readonly boolean[] | undefined;
  /** Where missing values go. Default 'at_end'. */
  readonly nullPlacement?: 'at_start' | 'at_end' | undefined;
}

export const sortOptions: OptionKinds = {
  reverse: optional(oneOfKinds('true or false, or an array of them', flag, arrayOf(flag, 'true and false'))),
  nullPlacement: optional(oneOf('at_start', 'at_end')),
};
export const sortAdvice = adviceFor({
  descending: 'it is called reverse',
  ascending: 'descending order is reverse: true',
  kind: 'the order is always stable; leave it out',
});

/** Options of a dataset's `shard`. */
export interface ShardOptions {
  /** How many parts there are. */
  readonly numShards: number;
  /** Which part, from 0. */
  readonly index: number;
  /** Neighbouring rows. Default true; false: every numShards-th row. */
  readonly contiguous?: boolean | undefined;
}

export const shardOptions: OptionKinds = {
  numShards: wholeNumber(1),
  index: wholeNumber(0),
  contiguous: optional(flag),
};
export const shuffleOptions: OptionKinds = { seed: optional(seedKind) };
export const shuffleAdvice = adviceFor({
  generator: 'it is called seed',
  bufferSize: 'all rows are shuffled; leave it out',
});
export const iterOptions: OptionKinds = { batchSize: wholeNumber(1), dropLastBatch: optional(flag) };
export const makingOptions: OptionKinds = { features: optional(featuresKind) };
export const addColumnOptions: OptionKinds = { feature: optional(featureKind) };

/** A list of row numbers. */
export const rowNumbers: Kind = {
  what: 'row numbers, as an array or anything else to iterate over',
  holds: (value) => typeof value === 'object' && value !== null && Symbol.iterator in value,
};

export const position: Kind = {
  what: 'a row number',
  holds: (value) => typeof value === 'number' && !Number.isNaN(value),
};

// The options of each operation: their meaning, their kinds, and advice for options that only
// Python's `datasets` has.
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
import { adviceFor } from '../requireDatasetOptions.ts';
import { seedKind } from '../random/pcg64.ts';

export const columnNames: Kind = oneOfKinds(
  'the name of a column, or an array of them',
  text,
  arrayOf(text, 'strings'),
);

/** Identity of a cached result: what was done (`key`), and what it depends on. */
export interface CacheIdentity {
  /** What the function does, in your words, with a version: change it when the function changes. */
  readonly key: string;
  /**
   * Other dependencies of the result: plain values, or objects with a `fingerprint` (a tokenizer).
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
   * Cache the result on disk under this identity (Node). Default: results of functions without a
   * `fingerprint` stay in memory only, because what a function captures is unknown.
   */
  readonly cache?: CacheIdentity | undefined;
  /** Word on the progress line. Default 'Map'. */
  readonly desc?: string | undefined;
}

export const mapOptions: OptionKinds = {
  batched: optional(flag),
  batchSize: optional(wholeNumber(1)),
  removeColumns: optional(columnNames),
  cache: optional(objectWith('{ key, inputs } with a string as key', { key: 'string' })),
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
   * Fraction (between 0 and 1) or number of rows for `test`; 1 means one row. Default: the rest
   * after `trainSize`, or 0.25.
   */
  readonly testSize?: number | undefined;
  /** Fraction or number of rows for `train`. Default: the rest after `testSize`. */
  readonly trainSize?: number | undefined;
  /** Default true. */
  readonly shuffle?: boolean | undefined;
  /** A ClassLabel column whose classes get equal shares in both. Default: none. */
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

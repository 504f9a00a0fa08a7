/**
 * A batch of rows as columns. A column of a row type that is not known in detail stays `any` or
 * `unknown`.
 */
export type RowBatch<Row> = { [Name in keyof Row]: 0 extends 1 & Row[Name] ? Row[Name] : Row[Name][] };

/** What a batched function may return for a column. */
export type NewColumn = readonly unknown[] | Int32Array | Float32Array | Float64Array | Uint8Array | Uint32Array;

type Items<Column> = NonNullable<Column> extends ArrayLike<infer Item> ? Item : never;

/** Rows made of the columns that a batched function returns. */
export type RowOfColumns<Columns> = { [Name in keyof Columns]-?: Items<Columns[Name]> };

type IsLoose<Row> = string extends keyof Row ? true : false;

/**
 * Rows after `map`: the old columns, less those removed or replaced, and the new ones. Loosely
 * typed rows stay so.
 */
export type MappedRow<Row, New, Removed extends string> =
  IsLoose<Row> extends true ? Row : IsLoose<New> extends true ? New : Omit<Row, Removed | keyof New> & New;

export type RenamedRow<Row, From extends string, To extends string> =
  IsLoose<Row> extends true ? Row : { [Name in keyof Row as Name extends From ? To : Name]: Row[Name] };

export type WithoutColumns<Row, Removed extends string> = IsLoose<Row> extends true ? Row : Omit<Row, Removed>;

export type WithColumns<Row, Kept extends string> = IsLoose<Row> extends true ? Row : Pick<Row, Kept & keyof Row>;

export type ColumnName<Row> = keyof Row & string;

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

/** Options of a dataset's `sort`. */
export interface SortOptions {
  /** Descending, for all columns or each. Default false. */
  readonly reverse?: boolean | readonly boolean[] | undefined;
  /** Where missing values go. Default 'at_end'. */
  readonly nullPlacement?: 'at_start' | 'at_end' | undefined;
}

/** Options of a dataset's `shard`. */
export interface ShardOptions {
  /** How many parts there are. */
  readonly numShards: number;
  /** Which part, from 0. */
  readonly index: number;
  /** Neighbouring rows. Default true; false: every numShards-th row. */
  readonly contiguous?: boolean | undefined;
}

import type { Features } from '../features/feature.ts';

/** One input of a model: an array of numbers, row-major. */
export interface BatchArray {
  /** The numbers, row after row: an Int32Array for ids and classes, else a Float32Array. */
  readonly data: Int32Array | Float32Array;
  /** [rows] or [rows, columns]. */
  readonly shape: readonly number[];
}

/** A batch for a model: inputs by name, including `labels`. */
export type Batch = Record<string, BatchArray>;

/** A row of a dataset, for a collator. */
export type CollatorRow = Readonly<Record<string, unknown>>;

/**
 * Makes a batch from rows. `features` gives the types of columns, if known: a float column stays
 * one even if these values are whole.
 */
export type DataCollator = (rows: readonly CollatorRow[], features?: Features) => Batch;

/** What a collator of your own may return: arrays, or lists of numbers, one list for each row. */
export type CollatedBatch = Readonly<Record<string, BatchArray | readonly unknown[]>>;

/** Like {@link DataCollator}; its lists become arrays, of i32 for whole numbers, else of f32. */
export type ListCollator = (rows: readonly CollatorRow[], features?: Features) => CollatedBatch;

import type { Features } from '../features/feature.ts';

/** One input of a model: numbers in a rectangle, row-major. */
export interface BatchArray {
  /** The numbers, row after row: Int32Array of ids and classes, Float32Array of the rest. */
  readonly data: Int32Array | Float32Array;
  /** [rows] or [rows, columns]. */
  readonly shape: readonly number[];
}

/** What a model gets: inputs by name, `labels` among them. */
export type Batch = Record<string, BatchArray>;

/** A row of a dataset, as a collator gets it. */
export type CollatorRow = Readonly<Record<string, unknown>>;

/**
 * Makes a batch of rows. `features` tells the columns' types, where they are known: a float column
 * whose rows happen to be whole is still one of floats.
 */
export type DataCollator = (rows: readonly CollatorRow[], features?: Features) => Batch;

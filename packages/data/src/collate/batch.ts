/** One input of a model: numbers in a rectangle, row-major. */
export interface BatchArray {
  readonly data: Int32Array | Float32Array;
  /** [rows] or [rows, columns]. */
  readonly shape: readonly number[];
}

/** What a model gets: inputs by name, `labels` among them. */
export type Batch = Record<string, BatchArray>;

/** A row of a dataset, as a collator gets it. */
export type CollatorRow = Readonly<Record<string, unknown>>;

/** Makes a batch of rows. */
export type DataCollator = (rows: readonly CollatorRow[]) => Batch;

import type { Feature } from '../features/feature.ts';

/** A column as read from a file. */
export interface RawColumn {
  readonly values: ArrayLike<unknown>;
  /** Its type, if the file has one; otherwise it is inferred from the values. */
  readonly feature?: Feature | undefined;
}

/** Returns the line of the file, from 1, where a row begins. */
export type LineOf = (row: number) => number;

/** The columns of a file, before they have types. */
export interface RawTable {
  readonly columns: ReadonlyMap<string, RawColumn>;
  /** The lines of the rows, for files that have lines. */
  readonly lineOf?: LineOf | undefined;
}

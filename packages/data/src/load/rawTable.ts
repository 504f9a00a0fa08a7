import type { Feature } from '../features/feature.ts';

/** A column as a file gives it. */
export interface RawColumn {
  readonly values: ArrayLike<unknown>;
  /** Its type, where the file tells it; else it is told from the values. */
  readonly feature?: Feature | undefined;
}

/** The line of a file, from 1, in which a row begins. */
export type LineOf = (row: number) => number;

/** The columns of a file, before they are given their types. */
export interface RawTable {
  readonly columns: ReadonlyMap<string, RawColumn>;
  /** Where the file has rows in lines. */
  readonly lineOf?: LineOf | undefined;
}

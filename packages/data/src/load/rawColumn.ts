import type { Feature } from '../features/feature.ts';

/** A column as a file gives it. */
export interface RawColumn {
  readonly values: ArrayLike<unknown>;
  /** Its type, where the file tells it; else it is told from the values. */
  readonly feature?: Feature | undefined;
}

/** The columns of a file, before they are given their types. */
export type RawTable = ReadonlyMap<string, RawColumn>;

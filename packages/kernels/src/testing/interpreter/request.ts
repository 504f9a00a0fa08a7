import type { Type } from './types.ts';

/** A place of a program where an invocation waits. */
export interface Site {
  readonly op: string;
  /** How a sum or the like goes: `Reduce`, `InclusiveScan`, `ExclusiveScan`. */
  readonly mode: string;
  /** Of the result, or of what is stored. */
  readonly type: Type;
}

/** What an invocation waits for: a barrier, or what its subgroup does together. */
export interface Request {
  readonly site: Site;
  readonly operands: readonly unknown[];
}

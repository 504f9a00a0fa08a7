import { stepOf } from './checkpointName.ts';

/** A checkpoint folder in an output folder. */
export interface CheckpointFolder {
  readonly name: string;
  /** When it was written: milliseconds since 1970. */
  readonly writtenAt: number;
}

/** Selects the checkpoints of a folder to remove, by name. */
export type Retention = (checkpoints: readonly CheckpointFolder[]) => string[];

/**
 * Keeps the `count` checkpoints that were written last, always including the last and the best.
 * Order is by time, not by step: checkpoints that an earlier run left are older than those of this
 * run.
 *
 * @param best name of the best checkpoint
 */
export function keepLast(count: number, best: string | null = null): Retention {
  return (checkpoints) => {
    const names = checkpoints
      .toSorted((a, b) => a.writtenAt - b.writtenAt || stepOf(a.name) - stepOf(b.name))
      .map(({ name }) => name);
    const last = names.at(-1);
    const mayGo = names.filter((name) => name !== last && name !== best);
    return mayGo.slice(0, Math.max(0, names.length - count));
  };
}

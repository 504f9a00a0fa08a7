import { stepOf } from './checkpointName.ts';

/** A checkpoint folder, as it is found in an output folder. */
export interface CheckpointFolder {
  readonly name: string;
  /** When it was written: milliseconds since 1970. */
  readonly writtenAt: number;
}

/** Which checkpoints of a folder may go, by name. */
export type Retention = (checkpoints: readonly CheckpointFolder[]) => string[];

/**
 * Keeps the `count` checkpoints that were written last, the last and the best in any case. Time
 * decides and not the number of the step: what an earlier run left in the folder is older than what
 * this run has just written.
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

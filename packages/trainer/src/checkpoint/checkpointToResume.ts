import { expandHome } from '../arguments/expandHome.ts';
import type { Checkpoint } from './read.ts';

/**
 * Reads the checkpoint that `resumeFromCheckpoint` names: true for the newest complete one of the
 * output folder, or a path. The code that reads it is loaded on demand.
 *
 * @throws CheckpointError
 */
export async function readCheckpointToResume(
  resume: string | boolean | null,
  outputDir: string,
): Promise<Checkpoint | null> {
  if (resume === true) return (await import('./find.ts')).findCheckpoint(outputDir);
  return typeof resume === 'string' ? (await import('./read.ts')).readCheckpoint(expandHome(resume)) : null;
}

import { expandHome } from '../arguments/expandHome.ts';
import type { Checkpoint } from './read.ts';

/**
 * What `resumeFromCheckpoint` says: true for the newest whole one of the output folder, or a path.
 * What reads it is loaded then.
 *
 * @throws CheckpointError
 */
export async function checkpointToGoOnFrom(
  resume: string | boolean | null,
  outputDir: string,
): Promise<Checkpoint | null> {
  if (resume === true) return (await import('./find.ts')).findCheckpoint(outputDir);
  return typeof resume === 'string' ? (await import('./read.ts')).readCheckpoint(expandHome(resume)) : null;
}

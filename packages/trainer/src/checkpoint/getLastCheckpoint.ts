import { nonEmptyText, requireArgument } from '@attune/validate';
import { expandHome } from '../arguments/expandHome.ts';
import { CheckpointError } from '../errors.ts';

/**
 * Path of the newest complete checkpoint of an output folder; null where there is none yet. For a
 * program that resumes by itself after it was stopped.
 *
 * @example await trainer.train({ resumeFromCheckpoint: await getLastCheckpoint('out') })
 *
 * @throws CheckpointError when there are checkpoints, but no complete one
 */
export async function getLastCheckpoint(folder: string): Promise<string | null> {
  requireArgument('getLastCheckpoint', 'folder', folder, nonEmptyText, CheckpointError);
  const { newestCheckpoint } = await import('./find.ts');
  return (await newestCheckpoint(expandHome(folder)))?.path ?? null;
}

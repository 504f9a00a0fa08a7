import { files, terminal } from '#platform';
import { CheckpointError } from '../errors.ts';
import { stepOf } from './checkpointName.ts';
import { parseProgress } from './progress.ts';
import { readCheckpoint } from './read.ts';
import type { Checkpoint } from './read.ts';

/**
 * The newest complete checkpoint of an output folder.
 *
 * @throws CheckpointError when there is none
 */
export async function findCheckpoint(outputDir: string): Promise<Checkpoint> {
  const found = await newestCheckpoint(outputDir);
  if (found) return found;
  throw new CheckpointError(
    `there is no checkpoint in ${outputDir} to resume from: leave resumeFromCheckpoint out to start a new run, or give the path of one; ` +
      'getLastCheckpoint(folder) returns null if there is none yet',
  );
}

/**
 * The same, or null where there is none. Warns about damaged ones that are skipped.
 *
 * @throws CheckpointError when none is complete
 */
export async function newestCheckpoint(outputDir: string): Promise<Checkpoint | null> {
  const names = (await files.list(outputDir)).filter((name) => !Number.isNaN(stepOf(name)));
  const folders = await Promise.all(
    names.map(async (name) => ({
      path: `${outputDir}/${name}`,
      step: stepOf(name),
      at: await savedAt(outputDir, name),
    })),
  );
  folders.sort((a, b) => b.at - a.at || b.step - a.step);
  const reasons: string[] = [];
  for (const { path } of folders) {
    try {
      const checkpoint = await readCheckpoint(path);
      for (const reason of reasons) terminal.writeLine(`${reason}.`);
      if (reasons.length > 0) terminal.writeLine(`The newest complete checkpoint is ${path}.`);
      return checkpoint;
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      reasons.push(error.message);
    }
  }
  if (reasons.length > 0) throw new CheckpointError(`no checkpoint can be resumed from: ${reasons.join('; ')}`);
  return null;
}

/** The time in the checkpoint itself, as copying a folder changes its own time. */
async function savedAt(outputDir: string, name: string): Promise<number> {
  const path = `${outputDir}/${name}`;
  try {
    const { savedAt: at } = parseProgress(
      new TextDecoder().decode(await files.readFile(`${path}/training_progress.json`)),
    );
    if (Number.isFinite(at)) return at;
  } catch {
    // Damaged or missing: the folder's own time is used.
  }
  return files.writtenAt(path);
}

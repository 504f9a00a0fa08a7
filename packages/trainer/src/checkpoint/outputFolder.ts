import { files, terminal } from '#platform';
import { stepOf } from './checkpointName.ts';
import type { Retention } from './retention.ts';
import { saving } from './saving.ts';

/**
 * Tries whether a folder can be written, which a run should say before its first step and not after
 * its last, and removes what killed runs left unfinished there.
 *
 * @throws SaveError
 */
export async function prepareOutputFolder(folder: string): Promise<void> {
  await saving(folder, async () => {
    const probe = `${folder}/.writable`;
    await files.writeFile(probe, '');
    await files.removeFolder(probe);
  });
  const removed = await removeUnfinished(folder);
  if (removed.length > 0)
    terminal.writeLine(`Removed from ${folder}, left unfinished by a run that was stopped: ${removed.join(', ')}.`);
}

/**
 * Removes what runs left that were killed while they wrote a checkpoint.
 *
 * @returns the names
 */
async function removeUnfinished(folder: string): Promise<string[]> {
  const names = await files.list(folder);
  const unfinished = names.filter((name) => /^checkpoint-\d+\.unfinished$/.test(name));
  for (const name of unfinished) await files.removeFolder(`${folder}/${name}`);
  // One of the same step that was renamed out of the way of its successor.
  const aside = names.flatMap((name) => {
    const checkpoint = /^(checkpoint-\d+)\.\d+\.old$/.exec(name)?.[1];
    return checkpoint ? [{ name, checkpoint }] : [];
  });
  for (const { name, checkpoint } of aside) {
    if (names.includes(checkpoint)) await files.removeFolder(`${folder}/${name}`);
    else await files.replaceFolder(`${folder}/${name}`, `${folder}/${checkpoint}`);
  }
  return [...unfinished, ...aside.filter(({ checkpoint }) => names.includes(checkpoint)).map(({ name }) => name)];
}

/**
 * Removes the checkpoints that a rule lets go, but none of those that this run wrote last.
 *
 * @param latest path of the checkpoint written just now
 */
export async function applyRetention(folder: string, retention: Retention, latest: string): Promise<void> {
  const names = (await files.list(folder)).filter((name) => !Number.isNaN(stepOf(name)));
  const checkpoints = await Promise.all(
    names.map(async (name) => ({ name, writtenAt: await files.writtenAt(`${folder}/${name}`) })),
  );
  for (const name of retention(checkpoints))
    if (`${folder}/${name}` !== latest) await files.removeFolder(`${folder}/${name}`);
}

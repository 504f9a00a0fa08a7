import { files, terminal } from '#platform';
import { stepOf } from './checkpointName.ts';
import type { Retention } from './retention.ts';
import { withSaveErrors } from './withSaveErrors.ts';

/**
 * Checks that a folder can be written, so that a run fails before its first step and not after its
 * last, and removes unfinished files of killed runs.
 *
 * @throws SaveError
 */
export async function prepareOutputFolder(folder: string): Promise<void> {
  let removed: string[] = [];
  await withSaveErrors(folder, async () => {
    const probe = `${folder}/.writable`;
    await files.writeFile(probe, '');
    await files.removeFolder(probe);
    removed = await removeUnfinished(folder);
  });
  if (removed.length > 0)
    terminal.writeLine(`Removed from ${folder}, left unfinished by a run that was stopped: ${removed.join(', ')}.`);
}

/**
 * Removes unfinished checkpoints of killed runs.
 *
 * @returns the names
 */
async function removeUnfinished(folder: string): Promise<string[]> {
  const names = await files.list(folder);
  const unfinished = names.filter((name) => /^checkpoint-\d+\.unfinished$/.test(name));
  for (const name of unfinished) await files.removeFolder(`${folder}/${name}`);
  // An older checkpoint of the same step that was renamed to make way for a new one.
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
 * Removes the checkpoints that a retention rule selects, except the one written last.
 *
 * @param latest path of the checkpoint that was just written
 * @throws SaveError
 */
export async function applyRetention(folder: string, retention: Retention, latest: string): Promise<void> {
  await withSaveErrors(folder, () => removeSelected(folder, retention, latest));
}

async function removeSelected(folder: string, retention: Retention, latest: string): Promise<void> {
  const names = (await files.list(folder)).filter((name) => !Number.isNaN(stepOf(name)));
  const checkpoints = await Promise.all(
    names.map(async (name) => ({ name, writtenAt: await files.writtenAt(`${folder}/${name}`) })),
  );
  for (const name of retention(checkpoints))
    if (`${folder}/${name}` !== latest) await files.removeFolder(`${folder}/${name}`);
}

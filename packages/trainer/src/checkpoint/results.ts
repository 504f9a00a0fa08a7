import { files } from '#platform';
import type { LogEntry } from '../state/trainerState.ts';
import { withSaveErrors } from './withSaveErrors.ts';

/**
 * Writes metrics to `<split>_results.json`, and adds them to `all_results.json`.
 *
 * @throws SaveError
 */
export async function writeResults(folder: string, split: string, metrics: LogEntry, combined: boolean): Promise<void> {
  const write = (name: string, values: object) =>
    files.writeFile(`${folder}/${name}_results.json`, `${JSON.stringify(values, null, 4)}\n`);
  await withSaveErrors(folder, async () => {
    await files.makeFolder(folder);
    await write(split, metrics);
    if (!combined) return;
    const isThere = (await files.list(folder)).includes('all_results.json');
    const all = isThere ? new TextDecoder().decode(await files.readFile(`${folder}/all_results.json`)) : '{}';
    await write('all', { ...(JSON.parse(all) as object), ...metrics });
  });
}

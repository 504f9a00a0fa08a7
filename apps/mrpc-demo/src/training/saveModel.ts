import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemoError } from '../cli/demoError.ts';

/**
 * Saves to the requested folder; if that fails, to one next to it, then to the system's temporary
 * folder: a model that took hours must not be lost to a full disk.
 *
 * @returns the folder that the model is in
 * @throws DemoError when none can be written
 */
export async function saveSomewhere(
  output: string,
  save: (folder: string) => Promise<void>,
  say: (line: string) => void,
): Promise<string> {
  try {
    await save(output);
    return output;
  } catch (error) {
    const reason = (error as Error).message;
    for (const folder of [`${output}-rescued`, join(tmpdir(), `attune-rescued-${process.pid}`)]) {
      try {
        await save(folder);
      } catch {
        continue;
      }
      say(`Saving in ${output} failed (${reason}). The model is in ${folder} instead.`);
      return folder;
    }
    throw new DemoError(`The model could not be saved: ${reason}`, { cause: error });
  }
}

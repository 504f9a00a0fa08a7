import { whyUnwritten, writeFilesAtomic, type FileContent } from '@attune/platform/files';
import { CheckpointError } from '../errors.ts';
import { handleReader } from './folderReader.ts';
import { isHandle } from './modelFolder.ts';
import type { DirectoryHandle, WritableFolder } from './modelFolder.ts';

/**
 * Writes the files of a checkpoint, in the map's order: whole or not at all in a folder of a file
 * system; into a directory handle each by itself.
 *
 * @param isStale which files of an earlier save go when they are not written again. Default: none
 * @throws CheckpointError for a folder that cannot be written
 */
export async function writeModelFiles(
  folder: WritableFolder,
  files: ReadonlyMap<string, FileContent>,
  isStale: (name: string) => boolean = () => false,
): Promise<void> {
  if (typeof folder === 'string')
    return writeFilesAtomic(folder, files, isStale).catch((cause: unknown) => {
      throw new CheckpointError(`could not write to ${folder}: ${whyUnwritten(cause)}`, { cause });
    });
  if (isHandle(folder)) return writeToHandle(folder, files, isStale);
  for (const [name, content] of files) folder.set(name, content);
  for (const name of folder.keys()) if (isStale(name) && !files.has(name)) folder.delete(name);
}

async function writeToHandle(
  folder: DirectoryHandle,
  files: ReadonlyMap<string, FileContent>,
  isStale: (name: string) => boolean,
): Promise<void> {
  for (const [name, content] of files) {
    const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
    // It takes bytes too, whose type differs between versions of TypeScript.
    await writable.write(content as string);
    await writable.close();
  }
  const names = await handleReader(folder).list();
  for (const name of names) if (isStale(name) && !files.has(name)) await folder.removeEntry(name);
}

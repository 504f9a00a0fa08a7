import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFilesAtomic } from '@attune/platform';
import type { Platform } from './platform.ts';

export const writeFiles: Platform['writeFiles'] = async (folder, files, stale = () => false) => {
  await writeFilesAtomic(folder, files);
  for (const name of await readdir(folder)) {
    if (stale(name) && !files.has(name)) await rm(join(folder, name), { force: true });
  }
};

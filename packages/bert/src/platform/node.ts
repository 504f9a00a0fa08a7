import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileContent, Platform } from './platform.ts';

async function writeWhole(path: string, content: FileContent): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

export const writeFiles: Platform['writeFiles'] = async (folder, files, stale = () => false) => {
  await mkdir(folder, { recursive: true });
  const beside = (name: string): string => join(folder, `.${name}.${process.pid}.partial`);
  try {
    for (const [name, content] of files) await writeWhole(beside(name), content);
    for (const name of files.keys()) await rename(beside(name), join(folder, name));
  } finally {
    for (const name of files.keys()) await rm(beside(name), { force: true });
  }
  for (const name of await readdir(folder)) {
    if (stale(name) && !files.has(name)) await rm(join(folder, name), { force: true });
  }
};

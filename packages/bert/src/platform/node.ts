import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Platform } from './platform.ts';

export const readBytes: Platform['readBytes'] = async (path) => {
  const bytes = await readFile(path);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

export const writeFiles: Platform['writeFiles'] = async (folder, files, stale = () => false) => {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of files) {
    const beside = join(folder, `.${name}.${process.pid}.partial`);
    try {
      const file = await open(beside, 'w');
      try {
        for (const part of typeof content === 'string' ? [content] : content) await file.writeFile(part);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, join(folder, name));
    } catch (error) {
      await rm(beside, { force: true });
      throw error;
    }
  }
  for (const name of await readdir(folder)) {
    if (stale(name) && !files.has(name)) await rm(join(folder, name), { force: true });
  }
};

import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip as gunzipWithCallback } from 'node:zlib';
import { writeFileAtomic } from '@attune/platform';
import type { Platform } from './platform.ts';

const isAddress = (file: unknown) => typeof file === 'string' && /^https?:\/\//i.test(file);

export const kindOf: Platform['kindOf'] = async (path) => {
  if (isAddress(path)) return 'file';
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    // Reading what may not be looked at tells why; a name without an ending may be one on the hub.
    const isDenied = /^(EACCES|EPERM|ERR_ACCESS_DENIED)$/.test((error as NodeJS.ErrnoException).code ?? '');
    return isDenied && extname(path) !== '' ? 'file' : undefined;
  }
};

export const readBytes: Platform['readBytes'] = async (file) => {
  if (isAddress(file)) throw new Error('only pages read addresses. In Node, download it and give the path.');
  return new Uint8Array(typeof file === 'string' ? await readFile(file) : await file.arrayBuffer());
};

const gunzipAsync = promisify(gunzipWithCallback);

export const gunzip: Platform['gunzip'] = (bytes) => gunzipAsync(bytes);

/** Folder of cached results: ATTUNE_CACHE, else `attune/datasets` in the user's cache folder. */
function cachePath(key: string): string {
  const { ATTUNE_CACHE, XDG_CACHE_HOME } = process.env;
  const root = ATTUNE_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'attune');
  return join(root, 'datasets', `${key}.table`);
}

export const readCache: Platform['readCache'] = async (key) => {
  const bytes = await readFile(cachePath(key)).catch(() => undefined);
  return bytes && new Uint8Array(bytes);
};

export const writeCache: Platform['writeCache'] = (key, bytes) => writeFileAtomic(cachePath(key), bytes);

import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { writeFileAtomic } from '@attune/platform';
import { parse } from 'csv-parse/sync';
import type { CsvOptions, Platform } from './platform.ts';
import { csvFailure, csvParseOptions } from './csvParseOptions.ts';

export const kindOf: Platform['kindOf'] = async (path) => {
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  return found.isDirectory() ? 'folder' : 'file';
};

export const readBytes: Platform['readBytes'] = async (file) =>
  new Uint8Array(typeof file === 'string' ? await readFile(file) : await file.arrayBuffer());

export function parseCsv(text: string, options: CsvOptions): string[][] {
  try {
    return parse(text, csvParseOptions(options)) as unknown as string[][];
  } catch (error) {
    throw csvFailure(error);
  }
}

export const compressors: Platform['compressors'] = () => ({
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
});

/** Folder of kept results: ATTUNE_CACHE, else `attune/datasets` in the user's cache folder. */
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

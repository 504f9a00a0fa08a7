import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import type { CsvOptions, Platform, Progress } from './platform.ts';
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

const quiet: Progress = { update() {}, end() {} };

export const startProgress: Platform['startProgress'] = (label, total, unit) => {
  if (!process.stderr.isTTY) return quiet;
  const began = performance.now();
  let lastShown = 0;
  const show = (done: number) => {
    const seconds = (performance.now() - began) / 1000;
    const rate = done / seconds;
    const left = rate > 0 ? `, ${Math.ceil((total - done) / rate)} s left` : '';
    process.stderr.write(
      `\r\x1b[K${label}: ${Math.floor((100 * done) / total)}% ${done}/${total} ${unit} [${seconds.toFixed(0)} s${left}, ${rate.toFixed(0)} ${unit}/s]`,
    );
  };
  return {
    update(done) {
      const now = performance.now();
      if (now - began < 1000 || now - lastShown < 100) return;
      lastShown = now;
      show(done);
    },
    end() {
      if (lastShown === 0) return;
      show(total);
      process.stderr.write('\n');
    },
  };
};

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

export const writeCache: Platform['writeCache'] = async (key, bytes) => {
  const path = cachePath(key);
  await mkdir(join(path, '..'), { recursive: true });
  const beside = `${path}.${randomUUID()}`;
  try {
    await writeFile(beside, bytes);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
};

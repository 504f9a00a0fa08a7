import { parse } from 'csv-parse/browser/esm/sync';
import type { CsvOptions, Platform } from './platform.ts';
import { csvFailure, csvParseOptions } from './csvParseOptions.ts';

/** In a page, `https://…`, `/…`, `./…` and `blob:…` are files; folders cannot be listed there. */
export const kindOf: Platform['kindOf'] = async (path) =>
  /^(https?:\/\/|\/|\.\.?\/|blob:)/.test(path) ? 'file' : undefined;

export const readBytes: Platform['readBytes'] = async (file) => {
  if (typeof file !== 'string') return new Uint8Array(await file.arrayBuffer());
  const response = await fetch(file);
  if (!response.ok) throw new Error(`the server answers with status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

export function parseCsv(text: string, options: CsvOptions): string[][] {
  try {
    return parse(text, csvParseOptions(options)) as unknown as string[][];
  } catch (error) {
    throw csvFailure(error);
  }
}

export const compressors: Platform['compressors'] = () => ({});

export const readCache: Platform['readCache'] = async () => undefined;

export const writeCache: Platform['writeCache'] = async () => {};

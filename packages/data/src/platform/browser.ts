import type { Platform } from './platform.ts';

/** In a page, `https://…`, `/…`, `./…` and `blob:…` are files; folders cannot be listed there. */
export const kindOf: Platform['kindOf'] = async (path) =>
  /^(https?:\/\/|\/|\.\.?\/|blob:)/.test(path) ? 'file' : undefined;

export const readBytes: Platform['readBytes'] = async (file) => {
  if (typeof file !== 'string') return new Uint8Array(await file.arrayBuffer());
  const response = await fetch(file);
  // Servers of single-page applications answer every unknown path with their page.
  const isPage = /^text\/html\b/.test(response.headers.get('content-type') ?? '') && !/\.html?$/.test(file);
  if (response.status === 404 || isPage) throw Object.assign(new Error('not found'), { code: 'ENOENT' });
  if (!response.ok) throw new Error(`the server answered with status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

export const gunzip: Platform['gunzip'] = async (bytes) => {
  const unpacked = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
};

export const readCache: Platform['readCache'] = async () => undefined;

export const writeCache: Platform['writeCache'] = async () => {};

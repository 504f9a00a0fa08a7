import { HubDownloadError } from '../errors.ts';
import { PageCache } from './pageCache.ts';
import type { HubCache, Platform } from './platform.ts';

export const settings: Platform['settings'] = () => ({
  endpoint: 'https://huggingface.co',
  authorization: async () => undefined,
  offline: undefined,
  answerTimeout: 5000,
});

export const route: Platform['route'] = async () => ({ fetch: (...request) => fetch(...request), through: '' });

export const tell: Platform['tell'] = (text) => {
  console.warn(text);
};

/** @param cacheDir name of the cache in the browser's storage */
export const openCache = (cacheDir: string | undefined): HubCache => new PageCache(cacheDir ?? 'attune-hub');

/** In a page, a folder is an address: `https://…`, `/…` or `./…`. */
export const isFolder: Platform['isFolder'] = async (nameOrFolder) => /^(https?:\/\/|\/|\.\.?\/)/.test(nameOrFolder);

export const findInFolder: Platform['findInFolder'] = async (folder, filename) => {
  const response = await fetch(`${folder.replace(/\/+$/, '')}/${filename}`);
  // Servers of single-page programs answer every unknown path with their page.
  const isPage = /^text\/html\b/.test(response.headers.get('content-type') ?? '') && !/\.html?$/.test(filename);
  return response.ok && !isPage ? new Uint8Array(await response.arrayBuffer()) : undefined;
};

export const listFolder: Platform['listFolder'] = async (folder) => {
  throw new HubDownloadError(`The files below '${folder}' cannot be listed from a page. Name the files instead.`);
};

export const readBytes: Platform['readBytes'] = async (file) => {
  if (file instanceof Uint8Array) return file;
  const response = await fetch(file.path);
  return new Uint8Array(await response.arrayBuffer());
};

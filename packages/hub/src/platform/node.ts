import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DiskCache } from './diskCache.ts';
import { listFolder } from './localFolder.ts';
import type { HubCache, Platform } from './platform.ts';

const truthy = (value: string | undefined) => value !== undefined && /^(1|on|yes|true)$/i.test(value);

const expandHome = (path: string) => (path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path);

/** Where Python's `huggingface_hub` keeps its files. */
export function cacheFolder(): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
  const home = HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  return expandHome(HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(home, 'hub'));
}

export const settings: Platform['settings'] = () => {
  const { HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE, HF_HUB_ETAG_TIMEOUT } = process.env;
  return {
    endpoint: (HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, ''),
    token: HF_TOKEN?.trim() || undefined,
    offline: truthy(HF_HUB_OFFLINE) || truthy(TRANSFORMERS_OFFLINE),
    answerTimeout: (Number(HF_HUB_ETAG_TIMEOUT) || 5) * 1000,
  };
};

export const openCache = (cacheDir: string | undefined): HubCache => new DiskCache(cacheDir ?? cacheFolder());

export const isFolder: Platform['isFolder'] = async (nameOrFolder) => {
  const found = await stat(nameOrFolder).catch(() => undefined);
  return found?.isDirectory() ?? false;
};

export const findInFolder: Platform['findInFolder'] = async (folder, filename) => {
  const path = join(folder, filename);
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? { path } : undefined;
};

export { listFolder };

export const readBytes: Platform['readBytes'] = async (file) =>
  file instanceof Uint8Array ? file : new Uint8Array(await readFile(file.path));

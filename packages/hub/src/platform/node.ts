import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HubError } from '../errors.ts';
import { isHubName } from '../repository.ts';
import { DiskCache } from './diskCache.ts';
import { cacheFolder, expandHome, readSettings } from './environment.ts';
import { listFolder as listFiles } from './localFolder.ts';
import type { HubCache, Platform } from './platform.ts';
import { routeTo } from './proxy.ts';

export const settings: Platform['settings'] = readSettings;

export const route: Platform['route'] = (address) => routeTo(address, process.env);

export const tell: Platform['tell'] = (text) => {
  process.stderr.write(`${text}\n`);
};

export const openCache = (cacheDir: string | undefined): HubCache =>
  new DiskCache(cacheDir === undefined ? cacheFolder() : expandHome(cacheDir));

/** @throws HubError where it may not be looked at */
async function findPath(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!/^(EACCES|EPERM|ERR_ACCESS_DENIED)$/.test(code ?? '')) return undefined;
    throw new HubError(`'${path}' cannot be read (${message})`, { cause: error });
  }
}

export const isFolder: Platform['isFolder'] = async (nameOrFolder) => {
  const found = await findPath(nameOrFolder).catch((error: unknown) => {
    if (!isHubName(nameOrFolder)) throw error;
  });
  return found?.isDirectory() ?? false;
};

export const findInFolder: Platform['findInFolder'] = async (folder, filename) => {
  const path = join(folder, filename);
  const found = await findPath(path);
  return found?.isFile() ? { path } : undefined;
};

export const listFolder: Platform['listFolder'] = async (folder) => {
  try {
    return await listFiles(folder);
  } catch (error) {
    throw new HubError(`The folder '${folder}' cannot be listed (${(error as Error).message})`, { cause: error });
  }
};

export const readBytes: Platform['readBytes'] = async (file) => {
  if (file instanceof Uint8Array) return file;
  try {
    return new Uint8Array(await readFile(file.path));
  } catch (error) {
    throw new HubError(`'${file.path}' cannot be read (${(error as Error).message})`, { cause: error });
  }
};

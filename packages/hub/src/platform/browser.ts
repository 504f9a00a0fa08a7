import { HubDownloadError, HubError, UnreachableError } from '../errors.ts';
import { fileAddress, isCommit } from '../repository.ts';
import type { Repository } from '../repository.ts';
import type { Download, HubCache, Platform, ResolvedFile } from './platform.ts';

/** What this module needs of the browser's Cache API. */
interface BrowserCache {
  match(address: string): Promise<Response | undefined>;
  put(address: string, response: Response): Promise<void>;
  keys(): Promise<readonly { readonly url: string }[]>;
}

/**
 * The cache of this page's origin. Missing where the page is not a secure context: then nothing is
 * kept.
 */
async function browserCache(name: string): Promise<BrowserCache | undefined> {
  const { caches } = globalThis as { caches?: { open(name: string): Promise<BrowserCache> } };
  return caches?.open(name);
}

export const settings: Platform['settings'] = () => ({
  endpoint: 'https://huggingface.co',
  token: undefined,
  offline: false,
  answerTimeout: 5000,
});

// Keys are addresses of a host that does not exist, so that no page or worker ever fetches them by
// mistake.
const keyHost = 'https://attune-hub.invalid';
const revisionKey = ({ type, name, revision }: Repository) =>
  `${keyHost}/refs/${type}/${name}/${encodeURIComponent(revision)}`;
const absentKey = (repository: Repository, commit: string, filename: string) =>
  `${fileAddress(keyHost, repository, commit, filename)}?absent`;

class PageCache implements HubCache {
  readonly #open: Promise<BrowserCache | undefined>;

  constructor(name: string) {
    this.#open = browserCache(name);
  }

  async readRevision(repository: Repository): Promise<string | undefined> {
    if (isCommit(repository.revision)) return repository.revision;
    return (await (await this.#open)?.match(revisionKey(repository)))?.text();
  }

  async writeRevision(repository: Repository, commit: string): Promise<void> {
    await (await this.#open)?.put(revisionKey(repository), new Response(commit));
  }

  async find(repository: Repository, commit: string, filename: string): Promise<ResolvedFile | 'absent' | undefined> {
    const cache = await this.#open;
    const found = await cache?.match(fileAddress(keyHost, repository, commit, filename));
    if (found) return new Uint8Array(await found.arrayBuffer());
    return (await cache?.match(absentKey(repository, commit, filename))) ? 'absent' : undefined;
  }

  async markAbsent(repository: Repository, commit: string, filename: string): Promise<void> {
    await (await this.#open)?.put(absentKey(repository, commit, filename), new Response(''));
  }

  async store(commit: string, { repository, file, request, onProgress }: Download): Promise<Uint8Array> {
    const bytes = new Uint8Array(file.size);
    let loaded = 0;
    for (let attempt = 0; loaded < file.size; attempt++) {
      try {
        const response = await request(loaded);
        if (response.status !== 206) loaded = 0;
        for (const reader = response.body?.getReader(); reader;) {
          const { value, done } = await reader.read();
          if (done) break;
          if (loaded + value.length > file.size)
            throw new HubDownloadError(
              `${repository.name}/${file.path}: more than the ${file.size} bytes that the hub announced arrived.`,
            );
          bytes.set(value, loaded);
          loaded += value.length;
          onProgress({ repository: repository.name, file: file.path, loadedBytes: loaded, totalBytes: file.size });
        }
      } catch (error) {
        if (error instanceof HubError && !(error instanceof UnreachableError)) throw error;
        if (attempt >= 4)
          throw new HubDownloadError(`Downloading ${repository.name}/${file.path} broke off 5 times. Try again.`, {
            cause: error,
          });
        continue;
      }
      if (loaded < file.size && attempt >= 4)
        throw new HubDownloadError(
          `${repository.name}/${file.path}: ${loaded} of ${file.size} bytes arrived. Try again.`,
        );
    }
    if (file.hash.length === 64 && (await sha256(bytes)) !== file.hash) {
      throw new HubDownloadError(
        `${repository.name}/${file.path} arrived damaged (its checksum differs from the hub's). Try again.`,
      );
    }
    await (await this.#open)?.put(fileAddress(keyHost, repository, commit, file.path), new Response(bytes));
    return bytes;
  }

  async list(repository: Repository, commit: string): Promise<string[]> {
    const start = fileAddress(keyHost, repository, commit, '');
    const keys = (await (await this.#open)?.keys()) ?? [];
    return keys
      .filter(({ url }) => url.startsWith(start) && !url.endsWith('?absent'))
      .map(({ url }) => decodeURIComponent(url.slice(start.length)))
      .sort();
  }

  folder(): undefined {
    return undefined;
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param cacheDir name of the cache in the browser's storage */
export const openCache = (cacheDir: string | undefined): HubCache => new PageCache(cacheDir ?? 'attune-hub');

/** In a page, a folder is an address: `https://…`, `/…` or `./…`. */
export const isFolder: Platform['isFolder'] = async (nameOrFolder) => /^(https?:\/\/|\/|\.\.?\/)/.test(nameOrFolder);

export const findInFolder: Platform['findInFolder'] = async (folder, filename) => {
  const response = await fetch(`${folder.replace(/\/+$/, '')}/${filename}`);
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
};

export const listFolder: Platform['listFolder'] = async (folder) => {
  throw new HubDownloadError(
    `The files below '${folder}' cannot be listed from a page. Name the files that are meant.`,
  );
};

export const readBytes: Platform['readBytes'] = async (file) => {
  if (file instanceof Uint8Array) return file;
  const response = await fetch(file.path);
  return new Uint8Array(await response.arrayBuffer());
};

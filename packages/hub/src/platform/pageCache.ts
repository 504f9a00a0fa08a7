import { HubDownloadError, HubError, UnreachableError } from '../errors.ts';
import { reasonOf } from '../networkErrors.ts';
import { fileAddress, isCommit } from '../repository.ts';
import type { Repository } from '../repository.ts';
import { maxAttempts } from '../retry.ts';
import type { Download, HubCache, RemoteFile, ResolvedFile } from './platform.ts';

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

// Keys are addresses of a host that does not exist, so that no page or worker ever fetches them by
// mistake.
const keyHost = 'https://attune-hub.invalid';
const revisionKey = ({ type, name, revision }: Repository) =>
  `${keyHost}/refs/${type}/${name}/${encodeURIComponent(revision)}`;
const absentKey = (repository: Repository, commit: string, filename: string) =>
  `${fileAddress(keyHost, repository, commit, filename)}?absent`;

/** Files whose content was compared since this page was opened. */
const sound = new Set<string>();

/** Files that a page keeps in the cache of its origin. */
export class PageCache implements HubCache {
  readonly #open: Promise<BrowserCache | undefined>;

  constructor(name: string) {
    this.#open = browserCache(name);
  }

  async readRevision(repository: Repository): Promise<string | undefined> {
    if (isCommit(repository.revision)) return repository.revision;
    const commit = await (await (await this.#open)?.match(revisionKey(repository)))?.text();
    return isCommit(commit) ? commit : undefined;
  }

  async writeRevision(repository: Repository, commit: string): Promise<void> {
    if (isCommit(repository.revision)) return;
    await (await this.#open)?.put(revisionKey(repository), new Response(commit));
  }

  async find(
    repository: Repository,
    commit: string,
    filename: string,
    remote?: RemoteFile,
  ): Promise<ResolvedFile | 'absent' | 'damaged' | undefined> {
    const cache = await this.#open;
    const address = fileAddress(keyHost, repository, commit, filename);
    const found = await cache?.match(address);
    if (found) {
      const bytes = new Uint8Array(await found.arrayBuffer());
      if (!remote) return bytes;
      if (bytes.length !== remote.size || !(sound.has(address) || (await isSound(bytes, remote)))) return 'damaged';
      sound.add(address);
      return bytes;
    }
    return (await cache?.match(absentKey(repository, commit, filename))) ? 'absent' : undefined;
  }

  async markAbsent(repository: Repository, commit: string, filename: string): Promise<void> {
    await (await this.#open)?.put(absentKey(repository, commit, filename), new Response(''));
  }

  async store(commit: string, download: Download): Promise<Uint8Array> {
    const { repository, file } = download;
    const bytes = await receive(download);
    if (!(await isSound(bytes, file))) {
      throw new HubDownloadError(
        `${repository.name}/${file.path} arrived damaged (its checksum differs from the hub's). Try again.`,
      );
    }
    const address = fileAddress(keyHost, repository, commit, file.path);
    sound.add(address);
    try {
      await (await this.#open)?.put(address, new Response(bytes));
    } catch (error) {
      // No room: the page works all the same, and downloads again the next time.
      console.warn(`${repository.name}/${file.path} could not be kept in the browser's cache: ${String(error)}`);
    }
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

  withoutHub(name: string, contents: string): string {
    return `Put ${contents} beside this page on its server, and pass their address, such as './${name.replace(/^.*\//, '')}', instead of '${name}'.`;
  }
}

/** Receives a file, in several attempts where the connection breaks off. */
async function receive({ repository, file, request, onProgress }: Download): Promise<Uint8Array<ArrayBuffer>> {
  const name = `${repository.name}/${file.path}`;
  const bytes = allocate(file.size, name);
  let failure: unknown;
  for (let attempt = 0, loaded = 0; attempt < maxAttempts; attempt++) {
    try {
      const response = await request(loaded);
      if (response.status !== 206) loaded = 0;
      for (const reader = response.body?.getReader(); reader;) {
        const { value, done } = await reader.read();
        if (done) break;
        if (loaded + value.length > file.size)
          throw new HubDownloadError(`${name}: more bytes arrived than the ${file.size} that the hub announced`);
        bytes.set(value, loaded);
        loaded += value.length;
        onProgress({ repository: repository.name, file: file.path, loadedBytes: loaded, totalBytes: file.size });
      }
      if (loaded === file.size) return bytes;
      failure = new Error(`${loaded} of ${file.size} bytes arrived`);
    } catch (error) {
      if (error instanceof HubError && !(error instanceof UnreachableError)) throw error;
      failure = error;
    }
  }
  throw new HubDownloadError(`Downloading ${name} failed ${maxAttempts} times (${reasonOf(failure)}). Try again.`, {
    cause: failure,
  });
}

function allocate(size: number, name: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch (error) {
    throw new HubDownloadError(`${name} has ${size} bytes, which is more than this page can hold`, { cause: error });
  }
}

/** Whether the content is what the hub hashed: SHA-256, or Git's SHA-1 of the blob. */
async function isSound(bytes: Uint8Array<ArrayBuffer>, { size, hash }: RemoteFile): Promise<boolean> {
  if (bytes.length !== size) return false;
  // Pages without a secure context have no digests.
  if (!globalThis.crypto?.subtle) return true;
  const digested =
    hash.length === 64
      ? crypto.subtle.digest('SHA-256', bytes)
      : crypto.subtle.digest('SHA-1', await new Blob([`blob ${size}\0`, bytes]).arrayBuffer());
  const digest = new Uint8Array(await digested);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') === hash;
}

import type { Fetch, Response } from '@attune/platform';
import type { Repository } from '../repository.ts';

/** A file on this machine, or (in a browser) its bytes. */
export type ResolvedFile = { readonly path: string } | Uint8Array;

/** How far a download is. */
export interface DownloadProgress {
  /** The repository's name on the hub. */
  readonly repository: string;
  /** The file's path in it. */
  readonly file: string;
  /** Bytes that are here. */
  readonly loadedBytes: number;
  /** Bytes of the whole file. */
  readonly totalBytes: number;
}

/** What the hub says about a file. */
export interface RemoteFile {
  readonly path: string;
  readonly size: number;
  /**
   * SHA-256 of the content for large files, else Git's SHA-1 of the blob. Also the name in the
   * cache.
   */
  readonly hash: string;
}

export interface Download {
  readonly file: RemoteFile;
  readonly repository: Repository;
  /** Whether a copy that is here does not count. */
  readonly force: boolean;
  /**
   * Asks for the content from a byte offset on. The answer may start at 0 all the same: its status
   * is then 200 and not 206.
   */
  request(offset: number): Promise<Response>;
  onProgress(progress: DownloadProgress): void;
}

/** Files kept from one run to the next. */
export interface HubCache {
  /** The commit that a branch or tag stood at when the hub was last asked. */
  readRevision(repository: Repository): Promise<string | undefined>;
  writeRevision(repository: Repository, commit: string): Promise<void>;
  /**
   * A file that is here. Its content is compared with the size and hash that are known: those of
   * `remote`, else the hash under which it was kept.
   *
   * @returns 'absent': the hub said that this commit has no such file; 'damaged': it is not what
   *   was downloaded
   */
  find(
    repository: Repository,
    commit: string,
    filename: string,
    remote?: RemoteFile,
  ): Promise<ResolvedFile | 'absent' | 'damaged' | undefined>;
  markAbsent(repository: Repository, commit: string, filename: string): Promise<void>;
  /** Downloads, checks and keeps a file, in place of one that is damaged or not wanted. */
  store(commit: string, download: Download): Promise<ResolvedFile>;
  /** Files of a commit that are here. */
  list(repository: Repository, commit: string): Promise<string[]>;
  /** The folder of a commit, where there are folders. */
  folder(repository: Repository, commit: string): string | undefined;
  /** For messages: how the contents of a repository come here where the hub does not give them. */
  withoutHub(name: string, contents: string): string;
}

export interface HubSettings {
  /** Without a name and password. */
  readonly endpoint: string;
  /** Value of the header of that name: the token's, or the name and password of the endpoint. */
  authorization(): Promise<string | undefined>;
  /** The variable that says never to ask the network. */
  readonly offline: string | undefined;
  /** How long the hub may take to answer a question (not a download), in milliseconds. */
  readonly answerTimeout: number;
}

/** The way to an address. */
export interface Route {
  readonly fetch: Fetch;
  /** For messages: empty, or ` through the proxy …`. */
  readonly through: string;
}

export interface Platform {
  settings(): HubSettings;
  openCache(cacheDir: string | undefined): HubCache;
  isFolder(nameOrFolder: string): Promise<boolean>;
  /** A file in a folder; undefined if there is none. */
  findInFolder(folder: string, filename: string): Promise<ResolvedFile | undefined>;
  /** All files below a folder, as paths with '/'. */
  listFolder(folder: string): Promise<string[]>;
  readBytes(file: ResolvedFile): Promise<Uint8Array>;
  route(address: string): Promise<Route>;
  /** Says why nothing happens for a while. */
  tell(text: string): void;
}

import type { Repository } from '../repository.ts';

/** A file on this machine, or (in a browser) its bytes. */
export type ResolvedFile = { readonly path: string } | Uint8Array;

export interface DownloadProgress {
  readonly repository: string;
  readonly file: string;
  readonly loadedBytes: number;
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
  /** 'absent': the hub said that this commit has no such file. */
  find(repository: Repository, commit: string, filename: string): Promise<ResolvedFile | 'absent' | undefined>;
  markAbsent(repository: Repository, commit: string, filename: string): Promise<void>;
  /** Downloads, checks and keeps a file. */
  store(commit: string, download: Download): Promise<ResolvedFile>;
  /** Files of a commit that are here. */
  list(repository: Repository, commit: string): Promise<string[]>;
  /** The folder of a commit, where there are folders. */
  folder(repository: Repository, commit: string): string | undefined;
}

export interface HubSettings {
  readonly endpoint: string;
  readonly token: string | undefined;
  /** Never ask the network. */
  readonly offline: boolean;
  /** How long the hub may take to answer a question (not a download), in milliseconds. */
  readonly answerTimeout: number;
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
}

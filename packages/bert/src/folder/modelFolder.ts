import type { FileContent } from '@attune/platform';
import { nonEmptyText, type Kind } from '@attune/validate';

/** What a page gets of a file: a `Blob` or `File`. */
export interface BlobLike {
  /** All its bytes. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What is needed of a `URL`. */
export interface UrlLike {
  /** The whole address. */
  readonly href: string;
  /** Its path, from the first `/` on. */
  readonly pathname: string;
}

/** A `File`, as an input field, a drop or a directory handle gives it. */
export interface FileLike extends BlobLike {
  /** Its name without folders. */
  readonly name: string;
  /** Its path from the chosen folder on, where a folder was chosen. */
  readonly webkitRelativePath?: string | undefined;
}

/** What is needed of a `FileSystemFileHandle`. */
export interface FileHandle {
  /** The file as it is now. */
  getFile(): Promise<FileLike>;
  /** Takes new content; the file has it after `close`. */
  createWritable(): Promise<{ write(content: string): Promise<void>; close(): Promise<void> }>;
}

/**
 * What is needed of a `FileSystemDirectoryHandle`: a folder of the origin's own file system (OPFS,
 * `navigator.storage.getDirectory()`) or one that the user has chosen.
 */
export interface DirectoryHandle {
  /** Tells it from a file. */
  readonly kind: 'directory';
  /** Its own name; empty for the root of OPFS. */
  readonly name: string;
  /** A file in it. */
  getFileHandle(name: string, options?: { create?: boolean }): Promise<FileHandle>;
  /** A folder in it. */
  getDirectoryHandle(name: string, options?: { create?: boolean }): Promise<DirectoryHandle>;
  /** Takes a file out. */
  removeEntry(name: string): Promise<void>;
  /** Names of what is in it. */
  keys?(): AsyncIterable<string>;
}

/**
 * Files by their paths in the folder, such as `config.json`: what
 * `model.files()` gives, or a page has.
 */
export type NamedFiles = ReadonlyMap<string, FileContent | ArrayBuffer | BlobLike>;

/**
 * Where a checkpoint is: a name on the hub; a folder (in a page, an address: `/model`), also as
 * `new URL('./model', import.meta.url)`; an address `https://…`, also as a `URL`; or, without any
 * network, files by name, a list of Files (of `<input webkitdirectory>`), or a directory handle.
 */
export type ModelFolder = string | UrlLike | NamedFiles | Iterable<FileLike> | DirectoryHandle;

/** Where a checkpoint is written: a folder, a Map that takes the files, or a directory handle. */
export type WritableFolder = string | Map<string, FileContent> | DirectoryHandle;

export const isUrl = (value: unknown): value is UrlLike => value instanceof URL;
export const isMap = (value: unknown): value is NamedFiles => value instanceof Map;
export const isHandle = (value: unknown): value is DirectoryHandle =>
  typeof value === 'object' && value !== null && (value as DirectoryHandle).kind === 'directory';
const isFile = (value: unknown): value is FileLike =>
  typeof value === 'object' && value !== null && 'name' in value && 'arrayBuffer' in value;
const isFiles = (value: unknown): value is Iterable<FileLike> => {
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) return false;
  const files = [...(value as Iterable<unknown>)];
  return files.length > 0 && files.every(isFile);
};

const elsewhere = 'an address, files (a Map of name to bytes, a list of Files) or a directory handle';

/** @param example of a name on the hub */
export const modelFolder = (example = 'bert-base-uncased'): Kind => ({
  what: `a hub name such as '${example}', or a folder: its path, ${elsewhere}`,
  holds: (value) => nonEmptyText.holds(value) || isUrl(value) || isMap(value) || isHandle(value) || isFiles(value),
});

export const writableFolder: Kind = {
  what: 'a folder: its path, a Map that takes the files, or a directory handle',
  holds: (value) => nonEmptyText.holds(value) || isMap(value) || isHandle(value),
};

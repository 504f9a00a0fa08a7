import { isAddress, writeFilesAtomic, type FileContent } from '@attune/platform';
import { nonEmptyText, type Kind } from '@attune/validate';
import { CheckpointError } from './checkpointError.ts';

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
 * Where a checkpoint is: a name on the hub; a folder (in a page, an address: `/model`); an address
 * `https://…`, also as a `URL`; or, without any network, files by name, a list of Files (of `<input
 * webkitdirectory>`), or a directory handle.
 */
export type ModelFolder = string | UrlLike | NamedFiles | Iterable<FileLike> | DirectoryHandle;

/** Where a checkpoint is written: a folder, a Map that takes the files, or a directory handle. */
export type WritableFolder = string | Map<string, FileContent> | DirectoryHandle;

const isUrl = (value: unknown): value is UrlLike => value instanceof URL;
const isMap = (value: unknown): value is NamedFiles => value instanceof Map;
const isHandle = (value: unknown): value is DirectoryHandle =>
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

/** Files that are read one by one, without the hub. */
export interface FolderReader {
  /** For messages. */
  readonly name: string;
  read(path: string): Promise<Uint8Array | undefined>;
  list(): Promise<readonly string[]>;
}

/** The reader of a folder that is not the hub's to find; undefined for a hub name or a path. */
export function readerOf(folder: ModelFolder): FolderReader | undefined {
  if (isUrl(folder)) return addressReader(folder.href);
  if (typeof folder === 'string') return isAddress(folder) ? addressReader(folder) : undefined;
  if (isHandle(folder)) return handleReader(folder);
  return mapReader(isMap(folder) ? folder : namedFiles(folder));
}

function addressReader(address: string): FolderReader {
  const base = address.replace(/\/+$/, '');
  return {
    name: base,
    async read(path) {
      const unreadable = (reason: string, cause?: unknown) =>
        new CheckpointError(`${base}/${path} could not be read: ${reason}.`, { cause });
      try {
        const response = await fetch(`${base}/${path}`);
        if (response.status === 404 || response.status === 410) return undefined;
        if (!response.ok) throw unreadable(`status ${response.status}`);
        // Servers of single-page programs answer every unknown path with their page.
        if (/^text\/html\b/.test(response.headers.get('content-type') ?? '')) return undefined;
        return new Uint8Array(await response.arrayBuffer());
      } catch (error) {
        if (error instanceof CheckpointError) throw error;
        const { message, cause } = error as Error;
        throw unreadable(cause instanceof Error && cause.message ? cause.message : message, error);
      }
    },
    list: () => Promise.resolve([]),
  };
}

function mapReader(files: NamedFiles): FolderReader {
  return {
    name: 'the files given',
    async read(path) {
      const content = files.get(path);
      return content === undefined ? undefined : bytesOf(content);
    },
    list: () => Promise.resolve([...files.keys()]),
  };
}

async function bytesOf(content: FileContent | ArrayBuffer | BlobLike): Promise<Uint8Array> {
  if (typeof content === 'string') return new TextEncoder().encode(content);
  if (content instanceof Uint8Array) return content;
  return new Uint8Array(content instanceof ArrayBuffer ? content : await content.arrayBuffer());
}

/** By their paths in the folder that was chosen, whose own name comes first. */
function namedFiles(files: Iterable<FileLike>): NamedFiles {
  const pathOf = ({ name, webkitRelativePath }: FileLike) => webkitRelativePath?.replace(/^[^/]*\//, '') || name;
  return new Map([...files].map((file) => [pathOf(file), file]));
}

function handleReader(folder: DirectoryHandle): FolderReader {
  return {
    name: folder.name ? `the folder '${folder.name}'` : 'the folder',
    async read(path) {
      const [name, inner] = splitPath(path);
      try {
        let at = folder;
        for (const part of inner) at = await at.getDirectoryHandle(part);
        return await bytesOf(await (await at.getFileHandle(name)).getFile());
      } catch (error) {
        if ((error as Error).name === 'NotFoundError') return undefined;
        throw error;
      }
    },
    async list() {
      const names: string[] = [];
      if (folder.keys) for await (const name of folder.keys()) names.push(name);
      return names;
    },
  };
}

function splitPath(path: string): [name: string, inner: readonly string[]] {
  const parts = path.split('/');
  return [parts.at(-1) ?? '', parts.slice(0, -1)];
}

/**
 * Writes the files of a checkpoint, in the map's order: whole or not at all in a folder of a file
 * system; into a directory handle each by itself.
 *
 * @param isStale which files of an earlier save go when they are not written again. Default: none
 */
export async function writeModelFiles(
  folder: WritableFolder,
  files: ReadonlyMap<string, FileContent>,
  isStale: (name: string) => boolean = () => false,
): Promise<void> {
  if (typeof folder === 'string') return writeFilesAtomic(folder, files, isStale);
  if (isHandle(folder)) return writeToHandle(folder, files, isStale);
  for (const [name, content] of files) folder.set(name, content);
  for (const name of folder.keys()) if (isStale(name) && !files.has(name)) folder.delete(name);
}

async function writeToHandle(
  folder: DirectoryHandle,
  files: ReadonlyMap<string, FileContent>,
  isStale: (name: string) => boolean,
): Promise<void> {
  for (const [name, content] of files) {
    const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
    // It takes bytes too, whose type differs between versions of TypeScript.
    await writable.write(content as string);
    await writable.close();
  }
  const names = await handleReader(folder).list();
  for (const name of names) if (isStale(name) && !files.has(name)) await folder.removeEntry(name);
}

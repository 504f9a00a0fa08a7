import { isAddress, type FileContent } from '@attune/platform/files';
import { CheckpointError } from '../errors.ts';
import { isHandle, isMap, isUrl } from './modelFolder.ts';
import type { BlobLike, DirectoryHandle, FileLike, ModelFolder, NamedFiles } from './modelFolder.ts';

/** Files that are read one by one, without the hub. */
export interface FolderReader {
  /** For messages. */
  readonly name: string;
  read(path: string): Promise<Uint8Array | undefined>;
  list(): Promise<readonly string[]>;
}

/** The path of a folder on this machine that is given as a URL; anything else as it is. */
export function withoutFileUrl(folder: ModelFolder): ModelFolder {
  if (!isUrl(folder) || !folder.href.startsWith('file:')) return folder;
  // On Windows a path does not begin with the slash before its drive: /C:/models.
  return decodeURIComponent(folder.pathname).replace(/^\/([a-z]:)/i, '$1');
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
        new CheckpointError(`${base}/${path} could not be read: ${reason}`, { cause });
      try {
        const response = await fetch(`${base}/${path}`);
        if (response.status === 404 || response.status === 410) return undefined;
        if (!response.ok) throw unreadable(`status ${response.status}`);
        // Servers of single-page applications answer every unknown path with their page.
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

/**
 * Files by their paths in the chosen folder, whose own name comes first in `webkitRelativePath`.
 */
function namedFiles(files: Iterable<FileLike>): NamedFiles {
  const pathOf = ({ name, webkitRelativePath }: FileLike) => webkitRelativePath?.replace(/^[^/]*\//, '') || name;
  return new Map([...files].map((file) => [pathOf(file), file]));
}

export function handleReader(folder: DirectoryHandle): FolderReader {
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

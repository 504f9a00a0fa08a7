import { HubError, HubNotFoundError, listFiles, readHubFile, type ResolveOptions } from '@attune/hub';

/**
 * How files of a hub repository are found: `revision`, `cacheDir`, `localFilesOnly`, `forceDownload`,
 * `onProgress`.
 */
export type PretrainedOptions = Omit<ResolveOptions, 'repoType'>;

/** The files of one checkpoint, wherever it is. */
export interface PretrainedFiles {
  /** The name or folder as the caller gave it, for messages. */
  readonly name: string;
  /** The bytes of a file; undefined if the checkpoint has none of that name. */
  read(file: string): Promise<Uint8Array | undefined>;
  readText(file: string): Promise<string | undefined>;
  /** The names of all files, as far as they can be learned: for messages. */
  list(): Promise<readonly string[]>;
}

/** Opens a checkpoint by folder or hub name. Nothing is read yet. */
export function openPretrained(name: string, options: PretrainedOptions = {}): PretrainedFiles {
  const resolve: ResolveOptions = { ...options, repoType: 'model' };
  const read = async (file: string): Promise<Uint8Array | undefined> => {
    try {
      return await readHubFile(name, file, resolve);
    } catch (error) {
      if (error instanceof HubNotFoundError && error.missing === 'file') return undefined;
      throw error;
    }
  };
  return {
    name,
    read,
    async readText(file) {
      const bytes = await read(file);
      return bytes && new TextDecoder().decode(bytes);
    },
    async list() {
      try {
        return await listFiles(name, resolve);
      } catch (error) {
        if (error instanceof HubError) return [];
        throw error;
      }
    },
  };
}

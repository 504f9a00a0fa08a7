import { HubError, HubNotFoundError, listFiles, readHubFile, type ResolveOptions } from '@attune/hub';

/**
 * How files of a hub repository are found: `revision`, `cacheDir`, `localFilesOnly`, `forceDownload`,
 * `onProgress`, `subfolder`.
 */
export interface PretrainedOptions extends Omit<ResolveOptions, 'repoType'> {
  /** Folder inside the repository or folder, such as '0_Transformer'. Default: its top. */
  subfolder?: string | undefined;
}

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
  const { subfolder, ...rest } = options;
  const resolve: ResolveOptions = { ...rest, repoType: 'model' };
  const prefix = subfolder ? `${subfolder}/` : '';
  const read = async (file: string): Promise<Uint8Array | undefined> => {
    try {
      return await readHubFile(name, `${prefix}${file}`, resolve);
    } catch (error) {
      if (error instanceof HubNotFoundError && error.missing === 'file') return undefined;
      throw error;
    }
  };
  return {
    name: subfolder ? `${name}/${subfolder}` : name,
    read,
    async readText(file) {
      const bytes = await read(file);
      return bytes && new TextDecoder().decode(bytes);
    },
    async list() {
      try {
        const names = await listFiles(name, resolve);
        return names.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length));
      } catch (error) {
        if (error instanceof HubError) return [];
        throw error;
      }
    },
  };
}

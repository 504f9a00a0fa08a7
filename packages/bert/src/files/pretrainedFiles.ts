import { HubNotFoundError, resolveFile } from '@attune/hub';
import { readBytes } from '#platform';

export interface PretrainedOptions {
  /** Branch, tag or commit of a hub repository. Default: main. */
  revision?: string;
  /** Where downloads are kept. Default: the cache of Python's `huggingface_hub`. */
  cacheDir?: string;
  /** Use only what is on this machine. Default false. */
  localFilesOnly?: boolean;
}

/** The files of one checkpoint, wherever it is. */
export interface PretrainedFiles {
  /** The name or folder as the caller gave it, for messages. */
  readonly name: string;
  /** The bytes of a file; undefined if the checkpoint has none of that name. */
  read(file: string): Promise<Uint8Array | undefined>;
  readText(file: string): Promise<string | undefined>;
}

/** Opens a checkpoint by folder or hub name. Nothing is read yet. */
export function openPretrained(name: string, options: PretrainedOptions = {}): PretrainedFiles {
  const read = async (file: string): Promise<Uint8Array | undefined> => {
    try {
      const found = await resolveFile(name, file, { ...options, repoType: 'model' });
      return found instanceof Uint8Array ? found : await readBytes(found.path);
    } catch (error) {
      if (error instanceof HubNotFoundError) return undefined;
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
  };
}

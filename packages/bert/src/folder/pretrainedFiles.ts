import type { ResolveOptions } from '@attune/hub';
import { callable, flag, nonEmptyText, optional, shown, type Kind } from '@attune/validate';
import { CheckpointError } from '../errors.ts';
import { readerOf, withoutFileUrl } from './folderReader.ts';
import type { ModelFolder } from './modelFolder.ts';

/**
 * How files of a hub repository are found: `revision`, `cacheDir`, `localFilesOnly`,
 * `forceDownload`, `onProgress`, `subfolder`.
 */
export interface PretrainedOptions extends Omit<ResolveOptions, 'repoType'> {
  /** Folder inside the repository or folder, such as '0_Transformer'. Default: its top. */
  subfolder?: string | undefined;
}

/** Kinds of these options. */
export const pretrainedKinds = {
  revision: optional(nonEmptyText),
  cacheDir: optional(nonEmptyText),
  localFilesOnly: optional(flag),
  forceDownload: optional(flag),
  onProgress: optional(callable),
  subfolder: optional(nonEmptyText),
} satisfies Readonly<Record<keyof PretrainedOptions, Kind>>;

/** The files of a checkpoint, wherever it is. */
export interface PretrainedFiles {
  /** The name or folder as the caller gave it, for messages. */
  readonly name: string;
  /** The bytes of a file; undefined if the checkpoint has none of that name. */
  read(file: string): Promise<Uint8Array | undefined>;
  readText(file: string): Promise<string | undefined>;
  /** The names of all files, as far as they are known, for messages. */
  list(): Promise<readonly string[]>;
}

/**
 * Opens a checkpoint. Nothing is read yet.
 *
 * @throws CheckpointError for an option of the hub beside files that are not the hub's
 */
export function openPretrained(from: ModelFolder, options: PretrainedOptions = {}): PretrainedFiles {
  const folder = withoutFileUrl(from);
  const reader = readerOf(folder);
  if (!reader) return openByName(folder as string, options);
  const { subfolder, ...hubOptions } = options;
  for (const [option, value] of Object.entries(hubOptions))
    if (value !== undefined)
      throw new CheckpointError(
        `${reader.name}: the option ${option} (${shown(value)}) is for names on the hub. Leave it out, or pass a name.`,
      );
  const prefix = subfolder ? `${subfolder}/` : '';
  const read = (file: string) => reader.read(`${prefix}${file}`);
  return {
    name: subfolder ? `${reader.name}/${subfolder}` : reader.name,
    read,
    readText: async (file) => decoded(await read(file)),
    list: async () => within(prefix, await reader.list()),
  };
}

/** A sentence that says what the files are, for messages about a missing one. */
export const describeFiles = async (files: PretrainedFiles): Promise<string> =>
  (await import('./nameFolder.ts')).nameFolder(await files.list());

const decoded = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

const within = (prefix: string, files: readonly string[]) =>
  files.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length));

/** Loaded on demand: a page that has its files needs no hub. */
const hub = () => import('./hub.ts');

function openByName(name: string, options: PretrainedOptions): PretrainedFiles {
  const { subfolder, ...rest } = options;
  const resolve: ResolveOptions = { ...rest, repoType: 'model' };
  const prefix = subfolder ? `${subfolder}/` : '';
  const read = async (file: string): Promise<Uint8Array | undefined> => {
    const { HubNotFoundError, readHubFile } = await hub();
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
    readText: async (file) => decoded(await read(file)),
    async list() {
      const { HubError, listFiles } = await hub();
      try {
        return within(prefix, await listFiles(name, resolve));
      } catch (error) {
        if (error instanceof HubError) return [];
        throw error;
      }
    },
  };
}

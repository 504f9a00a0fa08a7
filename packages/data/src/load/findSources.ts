import { kindOf, readBytes } from '#platform';
import { DataFileError, DatasetError } from '../errors.ts';
import type { DataFile } from '../platform/platform.ts';
import { builderOf, builders } from './builders.ts';
import type { Builder } from './builders.ts';
import type { LoadDatasetOptions } from './loadOptions.ts';
import { splitOfFile } from './splitOfFile.ts';
import { unpack } from './unpack.ts';

/** Names without an owner that older lessons use. */
const hubNames: Readonly<Record<string, string>> = { glue: 'nyu-mll/glue' };

/** Whether this is GLUE on the hub. */
export const isGlue = (path: string) => (hubNames[path] ?? path) === hubNames['glue'];

/** A file to be read: where its bytes come from, and what it is called. */
export interface Source {
  readonly label: string;
  /** @throws DataFileError that names the file; HubError, which does so too */
  readonly read: () => Promise<Uint8Array>;
}

export type SourcesBySplit = ReadonlyMap<string, readonly Source[]>;

/**
 * The files that a dataset consists of, by split.
 *
 * @throws DatasetError, DataFileError; HubError when the hub cannot be asked
 */
export async function findSources(path: string, options: LoadDatasetOptions): Promise<SourcesBySplit> {
  const builder = givenBuilder(path, options);
  if (builder && options.dataFiles !== undefined) return givenSources(options.dataFiles, fileSource);
  const kind = await kindOf(path);
  if (kind === 'file' && /\.zip$/i.test(path)) return sourcesOfZip(path, options);
  if (kind === 'file') return new Map([[splitOfFile(path.split(/[/\\]/).at(-1)!) ?? 'train', [fileSource(path)]]]);
  if (kind === undefined && Object.hasOwn(builders, path)) {
    throw new DatasetError(
      `loadDataset('${path}') needs { dataFiles }: a path, several, or an object of them by split.`,
    );
  }
  const name = kind === 'folder' ? path : (hubNames[path] ?? path);
  const { HubError, listFiles, readHubFile } = await import('./hub.ts');
  const hub = {
    repoType: 'dataset' as const,
    revision: options.revision,
    cacheDir: options.cacheDir,
    localFilesOnly: options.localFilesOnly,
    forceDownload: options.forceDownload,
    onProgress: options.onProgress,
  };
  const source = (file: string): Source => {
    const label = `${path}/${file}`;
    return { label, read: () => readHubFile(name, file, hub).catch(unreadable(label, HubError)) };
  };
  if (options.dataFiles !== undefined) {
    return givenSources(options.dataFiles, (file) =>
      typeof file === 'string' ? source(options.dataDir ? `${options.dataDir}/${file}` : file) : fileSource(file),
    );
  }
  return chooseFiles(await listFiles(name, hub), path, options, kind === 'folder', source);
}

/** The files of an archive, chosen as those of a folder. */
async function sourcesOfZip(path: string, options: LoadDatasetOptions): Promise<SourcesBySplit> {
  const files = await unpack({ label: path, bytes: await readBytes(path) });
  const byName = new Map(files.map((file) => [file.label.slice(path.length + 1), file]));
  return chooseFiles([...byName.keys()], path, options, true, (name) => {
    const { label, bytes } = byName.get(name)!;
    return { label, read: async () => bytes };
  });
}

function fileSource(file: DataFile): Source {
  const label = typeof file === 'string' ? file : file.name;
  return { label, read: () => readBytes(file).catch(unreadable(label, DataFileError)) };
}

/** Names the file in an error that does not. */
function unreadable(label: string, naming: abstract new (...args: never[]) => Error): (error: unknown) => never {
  return (error) => {
    if (error instanceof naming) throw error;
    const isMissing = (error as { code?: unknown }).code === 'ENOENT';
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataFileError(isMissing ? `There is no file '${label}'.` : `'${label}' cannot be read: ${reason}.`, {
      cause: error,
    });
  };
}

const isFile = (given: unknown): given is DataFile =>
  typeof given === 'string' || (typeof given === 'object' && given !== null && 'arrayBuffer' in given);

function givenSources(
  dataFiles: NonNullable<LoadDatasetOptions['dataFiles']>,
  source: (file: DataFile) => Source,
): SourcesBySplit {
  const several = (files: DataFile | readonly DataFile[]) => (isFile(files) ? [files] : files).map(source);
  const bySplit =
    isFile(dataFiles) || Array.isArray(dataFiles)
      ? { train: dataFiles as readonly DataFile[] }
      : (dataFiles as Readonly<Record<string, readonly DataFile[]>>);
  const sources: SourcesBySplit = new Map(Object.entries(bySplit).map(([split, files]) => [split, several(files)]));
  const empty = [...sources].find(([, files]) => files.length === 0);
  if (sources.size === 0 || empty)
    throw new DatasetError(`dataFiles names no file${empty ? ` for '${empty[0]}'` : ''}.`);
  return sources;
}

/** Of the files of a folder or repository, those that are its data, by split. */
function chooseFiles(
  all: readonly string[],
  path: string,
  options: LoadDatasetOptions,
  isFolder: boolean,
  source: (file: string) => Source,
): SourcesBySplit {
  const { name, dataDir } = options;
  const data = all.filter(
    (file) => builderOf(file) !== undefined && !file.split('/').some((part) => part.startsWith('.')),
  );
  let chosen = dataDir === undefined ? data : data.filter((file) => file.startsWith(`${dataDir.replace(/\/+$/, '')}/`));
  if (name !== undefined) {
    const own = chosen.filter((file) => file.split('/').slice(0, -1).includes(name));
    // A folder may be the configuration itself: loadDataset('./glue/MRPC', 'mrpc').
    if (own.length === 0 && !isFolder)
      throw new DatasetError(
        `'${path}' has no configuration '${name}'. It has: ${configurations(chosen).join(', ') || 'none'}.`,
      );
    if (own.length > 0) chosen = own;
  } else if (!isFolder && configurations(chosen).length > 1) {
    throw new DatasetError(
      `'${path}' has several configurations: pass one of ${configurations(chosen).join(', ')}, as loadDataset('${path}', '${configurations(chosen)[0]}').`,
    );
  }
  const named = chosen.filter((file) => splitOfFile(file) !== undefined);
  if (named.length > 0) chosen = named;
  const kinds = [...new Set(chosen.map((file) => builderOf(file)!))];
  // A README.txt beside the data is no data.
  const others = kinds.filter((kind) => kind !== 'text');
  const kind = kinds.length > 1 && others.length === 1 ? others[0] : kinds[0];
  if (kind === undefined) {
    throw new DataFileError(
      `'${path}' has no data files: csv, tsv, json, jsonl, parquet or txt were looked for. There are: ${all.slice(0, 10).join(', ') || 'no files at all'}.`,
    );
  }
  if (others.length > 1)
    throw new DataFileError(
      `'${path}' has files of several kinds (${others.join(', ')}): pass dataFiles to say which are meant.`,
    );
  const sources = new Map<string, Source[]>();
  for (const split of orderOfSplits(chosen.map((file) => splitOfFile(file) ?? 'train'))) {
    sources.set(
      split,
      chosen.filter((file) => builderOf(file) === kind && (splitOfFile(file) ?? 'train') === split).map(source),
    );
  }
  return new Map([...sources].filter(([, files]) => files.length > 0));
}

/** Folders that hold data of their own: `mrpc/train-….parquet`. */
function configurations(files: readonly string[]): string[] {
  const folders = files
    .map((file) => file.split('/').slice(0, -1).at(-1) ?? '')
    .filter((folder) => folder !== '' && folder !== 'data' && splitOfFile(`${folder}/x`) === undefined);
  return [...new Set(folders)].sort();
}

function orderOfSplits(splits: readonly string[]): string[] {
  const rank = (split: string) => {
    const index = ['train', 'validation', 'test'].findIndex((known) => split.startsWith(known));
    return index < 0 ? 3 : index;
  };
  return [...new Set(splits)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** The builder that the caller named, if any. */
export function givenBuilder(path: string, { dataFiles }: LoadDatasetOptions): Builder | undefined {
  return dataFiles !== undefined && Object.hasOwn(builders, path) ? builders[path] : undefined;
}

import { DataFileError, DatasetError } from '../../errors.ts';
import { builderOf } from '../builders.ts';
import type { LoadDatasetOptions } from '../loadOptions.ts';
import { isPattern, pathsLike } from './patterns.ts';
import { fileSource, givenSources, unreadable } from './source.ts';
import type { Source, SourcesBySplit } from './source.ts';
import { splitOfFile } from './splitOfFile.ts';
import { unpack } from './unpack.ts';

/** Builders of Python's `datasets` that are missing here; these are not names on the hub. */
const otherKinds: readonly string[] = [
  'arrow',
  'audiofolder',
  'excel',
  'imagefolder',
  'pandas',
  'spark',
  'sql',
  'videofolder',
  'webdataset',
  'xls',
  'xlsx',
  'xml',
];

/**
 * The files of a folder, or of a repository on the hub.
 *
 * @param path as passed by the caller
 * @param name its name on the hub
 * @throws DatasetError, DataFileError, HubError
 */
export async function sourcesOfFolder(
  path: string,
  name: string,
  isFolder: boolean,
  options: LoadDatasetOptions,
): Promise<SourcesBySplit> {
  if (!isFolder && otherKinds.includes(path))
    throw new DatasetError(
      `Files of the kind '${path}' are not supported; csv, tsv, json, jsonl, Parquet and text are. Save them as one of those first.`,
    );
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
    return givenSources(options.dataFiles, async (file) => {
      if (typeof file !== 'string' || (isFolder && file.startsWith('/'))) return [fileSource(file)];
      const inside = plainPath(options.dataDir ? `${options.dataDir}/${file}` : file);
      if (!isPattern(inside)) return [source(inside)];
      const files = (await listFiles(name, hub)).filter(isData);
      const matching = files.filter((own) => own === inside || pathsLike(inside).test(own));
      if (matching.length > 0) return matching.map(source);
      throw new DataFileError(
        `'${path}' has no data file like '${inside}'. There are: ${files.slice(0, 10).join(', ') || 'none'}.`,
      );
    });
  }
  return chooseFiles(await listFiles(name, hub), path, options, isFolder, source);
}

/** A path without `./` and doubled slashes. */
const plainPath = (path: string): string => path.replaceAll(/\/{2,}/g, '/').replaceAll(/(^|\/)(?:\.\/)+/g, '$1');

/** The data files of an archive, chosen as in a folder. */
export async function sourcesOfZip(path: string, options: LoadDatasetOptions): Promise<SourcesBySplit> {
  const files = await unpack({ label: path, bytes: await fileSource(path).read() });
  const byName = new Map(files.map((file) => [file.label.slice(path.length + 1), file]));
  return chooseFiles([...byName.keys()], path, options, true, (name) => {
    const { label, bytes } = byName.get(name)!;
    return { label, read: async () => bytes };
  });
}

/** JSON files that describe data or a model. */
const noData: ReadonlySet<string> = new Set([
  'config.json',
  'dataset_dict.json',
  'dataset_info.json',
  'dataset_infos.json',
]);

/** Whether a file is data, and not documentation or metadata, by the rules of `datasets`. */
function isData(file: string): boolean {
  const parts = file.split('/');
  const folders = parts.slice(0, -1);
  if (parts.some((part) => part.startsWith('.')) || folders.some((part) => part.startsWith('__'))) return false;
  return builderOf(file) !== undefined && !noData.has(parts.at(-1)!);
}

/** The hub's naming of the shards of a split: if there are any, nothing else is data. */
const partOfSplit = /^data\/[\w.]+-\d{5}-of-\d{5}[^/]*$/;

/** The data files of a folder or repository, by split. */
function chooseFiles(
  all: readonly string[],
  path: string,
  options: LoadDatasetOptions,
  isFolder: boolean,
  source: (file: string) => Source,
): SourcesBySplit {
  const { name, dataDir } = options;
  const data = all.filter(isData);
  const inside = dataDir === undefined ? '' : plainPath(`${dataDir}/`);
  let chosen = data.filter((file) => file.startsWith(inside));
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
      `'${path}' has several configurations: pass one of ${configurations(chosen).join(', ')}, as loadDataset('${path}', '${configurations(chosen)[0]}')`,
    );
  }
  const parts = chosen.filter((file) => partOfSplit.test(file));
  if (parts.length > 0) chosen = parts;
  const named = chosen.filter((file) => splitOfFile(file) !== undefined);
  if (named.length > 0) chosen = named;
  const kinds = [...new Set(chosen.map((file) => builderOf(file)!))];
  // A README.txt next to the data is not data.
  const others = kinds.filter((kind) => kind !== 'text');
  const kind = kinds.length > 1 && others.length === 1 ? others[0] : kinds[0];
  if (kind === undefined) {
    throw new DataFileError(
      `'${path}' has no data files: csv, tsv, json, jsonl, parquet or txt were looked for. There are: ${all.slice(0, 10).join(', ') || 'no files at all'}.`,
    );
  }
  const sources = new Map<string, Source[]>();
  for (const split of orderOfSplits(chosen.map((file) => splitOfFile(file) ?? 'train'))) {
    sources.set(
      split,
      chosen.filter((file) => builderOf(file) === kind && (splitOfFile(file) ?? 'train') === split).map(source),
    );
  }
  // A test.txt beside a train.csv would be lost.
  const isLost = [...sources.values()].some((files) => files.length === 0);
  if (others.length > 1 || isLost)
    throw new DataFileError(
      `'${path}' has files of several kinds (${kinds.join(', ')}): pass dataFiles to say which are meant`,
    );
  return sources;
}

/** Subfolders with data of their own: `mrpc/train-….parquet`. */
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

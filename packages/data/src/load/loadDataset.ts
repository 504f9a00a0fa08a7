import { HubError, listFiles, readHubFile } from '@attune/hub';
import { kindOf, readBytes } from '#platform';
import { castColumn, makeColumn } from '../columns/makeColumn.ts';
import { concatenateDatasets, Dataset } from '../dataset/dataset.ts';
import { datasetDict } from '../dataset/datasetDict.ts';
import type { DatasetDict } from '../dataset/datasetDict.ts';
import type { Table } from '../dataset/table.ts';
import { DataFileError, DatasetError } from '../errors.ts';
import { value } from '../features/feature.ts';
import type { DataFile } from '../platform/platform.ts';
import { glueFeatures } from './glue.ts';
import type { Builder, LoadDatasetOptions } from './loadOptions.ts';
import { selectSplit } from './parseSplit.ts';
import { readJson } from './readJson.ts';
import { readParquet } from './readParquet.ts';
import { readGlue, readSeparated } from './readSeparated.ts';
import { splitOfFile } from './splitOfFile.ts';

const builders: Readonly<Record<string, Builder>> = {
  csv: 'csv',
  tsv: 'tsv',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
  parquet: 'parquet',
  text: 'text',
  txt: 'text',
};

/** Names without an owner that older lessons use. */
const hubNames: Readonly<Record<string, string>> = { glue: 'nyu-mll/glue' };

/** A file to be read: where its bytes come from, and what it is called. */
interface Source {
  readonly label: string;
  readonly read: () => Promise<Uint8Array>;
}

type SourcesBySplit = Map<string, Source[]>;

// The columns of a file are not known to the compiler: a user who wants them checked names the row
// type.
// oxlint-disable-next-line typescript/no-explicit-any
type UntypedRow = Record<string, any>;

type NoSplit = LoadDatasetOptions & { readonly split?: undefined };
type WithSplit = LoadDatasetOptions & { readonly split: string };

/**
 * Loads a dataset:
 * - from the hub: `loadDataset('glue', 'mrpc')`, `loadDataset('owner/name')`;
 * - from a folder or file of csv, tsv, json, jsonl, Parquet or text: `loadDataset('./pairs')`.
 *   Splits are told by file names (train, validation or dev, test); a file that names none is
 *   `train`;
 * - from given files: `loadDataset('csv', { dataFiles: { train: 'a.csv', test: 'b.csv' } })`, with
 *   csv, tsv, json, parquet or text.
 *
 * GLUE's own TSV files are recognised and get the columns that they have on the hub.
 *
 * @returns all splits, or with `split` one dataset
 * @throws DataFileError, SplitError, FeatureError; from the hub HubNotFoundError, HubOfflineError,
 *   HubAccessError, HubDownloadError
 */
export function loadDataset<Row = UntypedRow>(
  path: string,
  name: string | undefined,
  options: WithSplit,
): Promise<Dataset<Row>>;
export function loadDataset<Row = UntypedRow>(path: string, options: WithSplit): Promise<Dataset<Row>>;
export function loadDataset<Row = UntypedRow>(
  path: string,
  name?: string,
  options?: NoSplit,
): Promise<DatasetDict<Row>>;
export function loadDataset<Row = UntypedRow>(path: string, options: NoSplit): Promise<DatasetDict<Row>>;
export async function loadDataset(
  path: string,
  nameOrOptions?: string | LoadDatasetOptions,
  more?: LoadDatasetOptions,
): Promise<Dataset | DatasetDict> {
  const options = typeof nameOrOptions === 'string' ? { ...more, name: nameOrOptions } : { ...nameOrOptions, ...more };
  const splits: Record<string, Dataset> = {};
  for (const [split, sources] of await findSources(path, options)) {
    const parts = [];
    for (const source of sources) parts.push(new Dataset(await readSource(source, path, options)));
    splits[split] = concatenateDatasets(parts);
  }
  const dict = datasetDict(splits);
  return options.split === undefined ? dict : selectSplit(dict, options.split);
}

async function findSources(path: string, options: LoadDatasetOptions): Promise<SourcesBySplit> {
  const builder = givenBuilder(path, options);
  if (builder && options.dataFiles !== undefined) return givenSources(options.dataFiles, fileSource);
  const kind = await kindOf(path);
  if (kind === 'file') return new Map([[splitOfFile(path.split('/').at(-1)!) ?? 'train', [fileSource(path)]]]);
  if (kind === undefined && Object.hasOwn(builders, path)) {
    throw new DatasetError(
      `loadDataset('${path}') needs { dataFiles }: a path, several, or an object of them by split.`,
    );
  }
  const name = kind === 'folder' ? path : (hubNames[path] ?? path);
  const hub = {
    repoType: 'dataset' as const,
    revision: options.revision,
    cacheDir: options.cacheDir,
    localFilesOnly: options.localFilesOnly,
    forceDownload: options.forceDownload,
    onProgress: options.onProgress,
  };
  const source = (file: string): Source => ({ label: `${path}/${file}`, read: () => readHubFile(name, file, hub) });
  if (options.dataFiles !== undefined) {
    return givenSources(options.dataFiles, (file) =>
      typeof file === 'string' ? source(options.dataDir ? `${options.dataDir}/${file}` : file) : fileSource(file),
    );
  }
  return chooseFiles(await listFiles(name, hub), path, options, kind === 'folder', source);
}

function fileSource(file: DataFile): Source {
  return { label: typeof file === 'string' ? file : file.name, read: () => readBytes(file) };
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

function builderOf(file: string): Builder | undefined {
  const extension = /\.(\w+)$/.exec(file)?.[1]?.toLowerCase();
  return extension !== undefined && Object.hasOwn(builders, extension) ? builders[extension] : undefined;
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
  const sources: SourcesBySplit = new Map();
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
function givenBuilder(path: string, { dataFiles }: LoadDatasetOptions): Builder | undefined {
  return dataFiles !== undefined && Object.hasOwn(builders, path) ? builders[path] : undefined;
}

async function readSource({ label, read }: Source, path: string, options: LoadDatasetOptions): Promise<Table> {
  const builder = givenBuilder(path, options) ?? builderOf(label);
  if (!builder)
    throw new DataFileError(
      `'${label}' is of no known kind: its name should end in csv, tsv, json, jsonl, parquet or txt. Otherwise say which: loadDataset('csv', { dataFiles: … }).`,
    );
  let bytes: Uint8Array;
  try {
    bytes = await read();
  } catch (error) {
    if (error instanceof HubError) throw error;
    const isMissing = (error as { code?: unknown }).code === 'ENOENT';
    throw new DataFileError(
      isMissing
        ? `There is no file '${label}'.`
        : `'${label}' cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      { cause: error },
    );
  }
  const table = await parse(bytes, `'${label}'`, builder, {
    ...options,
    mayBeGlue: givenBuilder(path, options) !== 'text',
  });
  const unknown = Object.keys(options.features ?? {}).find((name) => !table.has(name));
  if (unknown !== undefined)
    throw new DataFileError(
      `'${label}' has no column '${unknown}', which features names. It has ${[...table.keys()].join(', ')}.`,
    );
  return (hubNames[path] ?? path) === hubNames['glue'] && options.name !== undefined
    ? withGlueTypes(table, options.name)
    : table;
}

async function parse(
  bytes: Uint8Array,
  where: string,
  builder: Builder,
  options: LoadDatasetOptions & { readonly mayBeGlue: boolean },
): Promise<Table> {
  if (builder === 'parquet') return readParquet(bytes, where, options);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DataFileError(`${where} is no UTF-8 text. Convert it, for instance with iconv.`, { cause: error });
  }
  if (builder === 'json') return readJson(text, where, options);
  if (builder !== 'text') return readSeparated(text, where, builder, options);
  // GLUE's download has MRPC's tab-separated files under names in .txt.
  const glue = options.mayBeGlue ? readGlue(text, where, options.name) : undefined;
  if (glue) return glue;
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return new Map([['text', makeColumn('text', lines, value('string'))]]);
}

/** Types of the GLUE columns, for files that do not tell the names of their classes. */
function withGlueTypes(table: Table, subset: string): Table {
  const features = glueFeatures[subset];
  if (!features) return table;
  return new Map(
    [...table].map(([name, column]) => [
      name,
      features[name]?.type === 'class_label' && column.feature.type === 'value'
        ? castColumn(name, column, features[name])
        : column,
    ]),
  );
}

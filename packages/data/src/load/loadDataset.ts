import { nonEmptyText, object, oneOfKinds, optional, orNull, requireArgument, text } from '@attune/validate';
import { Dataset } from '../dataset/dataset.ts';
import { datasetDict } from '../dataset/datasetDict.ts';
import type { DatasetDict } from '../dataset/datasetDict.ts';
import { concatenateTables } from '../dataset/makeTable.ts';
import { DatasetError } from '../errors.ts';
import { requireAwaitedOptions } from '../requireDatasetOptions.ts';
import { findSources } from './sources/findSources.ts';
import { loadKinds } from './loadOptions.ts';
import type { LoadDatasetOptions } from './loadOptions.ts';
import { readSource } from './readSource.ts';
import type { ReadFile } from './readSource.ts';

// The columns of a file are not known to the compiler: a user who wants them checked names the row
// type.
// oxlint-disable-next-line typescript/no-explicit-any
type UntypedRow = Record<string, any>;

const otherNames = async () => (await import('./otherNames.ts')).otherNames;
const pathKind = { ...nonEmptyText, what: "a path, a hub name, or a kind of files, as 'csv' with { dataFiles }" };
const nameOrObject = optional(orNull(oneOfKinds('the name of a configuration, or options', text, object)));

type NoSplit = LoadDatasetOptions & { readonly split?: undefined };
type WithSplit = LoadDatasetOptions & { readonly split: string };

/**
 * Loads a dataset:
 * - from the hub: `loadDataset('glue', 'mrpc')`, `loadDataset('owner/name')`;
 * - from a folder or file of csv, tsv, json, jsonl, Parquet or text: `loadDataset('./pairs')`.
 *   Splits are recognised by file names (train, validation or dev, test); any other file is
 *   `train`;
 * - from given files: `loadDataset('csv', { dataFiles: { train: 'a.csv', test: 'b.csv' } })`, with
 *   csv, tsv, json, parquet or text.
 *
 * Files may be compressed with gzip or Zstandard, or be in a zip archive. GLUE's own TSV files get
 * the columns that they have on the hub if the subset is named, by `loadDataset(path, 'mrpc')` or
 * by their folder.
 *
 * @returns all splits; with `split`, one dataset
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
  requireArgument('loadDataset', 'path', path, pathKind, DatasetError);
  requireArgument('loadDataset', 'name', nameOrOptions, nameOrObject, DatasetError);
  if (typeof nameOrOptions === 'object' && nameOrOptions !== null)
    await requireAwaitedOptions('loadDataset', nameOrOptions, loadKinds, otherNames);
  if (more !== undefined) await requireAwaitedOptions('loadDataset', more, loadKinds, otherNames);
  const options = typeof nameOrOptions === 'string' ? { ...more, name: nameOrOptions } : { ...nameOrOptions, ...more };
  const splits: [string, Dataset][] = [];
  for (const [split, sources] of await findSources(path, options)) {
    const parts: ReadFile[] = [];
    for (const source of sources) parts.push(...(await readSource(source, path, options)));
    const tables = parts.map(({ table }) => table);
    splits.push([split, new Dataset(concatenateTables(tables, (index) => `'${parts[index]!.label}'`))]);
  }
  const dict = datasetDict(Object.fromEntries(splits));
  if (options.split === undefined) return dict;
  const { selectSplit } = await import('./parseSplit.ts');
  return selectSplit(dict, options.split);
}

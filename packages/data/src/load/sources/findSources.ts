import { kindOf } from '#platform';
import { DataFileError, DatasetError } from '../../errors.ts';
import { builderOf, builders } from '../builders.ts';
import type { Builder } from '../builders.ts';
import type { LoadDatasetOptions } from '../loadOptions.ts';
import { fileSource, givenSources, missingFile } from './source.ts';
import type { SourcesBySplit } from './source.ts';
import { splitOfFile } from './splitOfFile.ts';

/** Names without an owner, as used in older lessons. */
const hubNames: Readonly<Record<string, string>> = { glue: 'nyu-mll/glue' };

/** Whether this is GLUE on the hub. */
export const isGlue = (path: string) => (hubNames[path] ?? path) === hubNames['glue'];

/**
 * The files of a dataset, by split.
 *
 * @throws DatasetError, DataFileError; HubError when the hub cannot be reached
 */
export async function findSources(path: string, options: LoadDatasetOptions): Promise<SourcesBySplit> {
  const builder = givenBuilder(path, options);
  if (builder && options.dataFiles !== undefined) {
    if (options.dataDir !== undefined)
      throw new DatasetError(`loadDataset('${path}') takes no dataDir: write the folder into the paths of dataFiles`);
    return givenSources(options.dataFiles, async (file) => [fileSource(file)]);
  }
  const kind = await kindOf(path);
  if (kind === 'file') refuseFolderOptions(path, options);
  if (kind === 'file' && /\.zip$/i.test(path)) return (await folders()).sourcesOfZip(path, options);
  if (kind === 'file') return new Map([[splitOfFile(path.split(/[/\\]/).at(-1)!) ?? 'train', [fileSource(path)]]]);
  if (kind === undefined && Object.hasOwn(builders, path)) {
    throw new DatasetError(
      `loadDataset('${path}') needs { dataFiles }: a path, several, or an object of them by split`,
    );
  }
  if (kind === undefined && options.dataFiles === undefined && builderOf(path) !== undefined)
    throw new DataFileError(missingFile(path));
  const likely = path.toLowerCase();
  if (kind === undefined && options.dataFiles !== undefined && Object.hasOwn(builders, likely))
    throw new DatasetError(`'${path}' is not a kind of file; did you mean '${likely}'?`);
  const isFolder = kind === 'folder';
  return (await folders()).sourcesOfFolder(path, isFolder ? path : (hubNames[path] ?? path), isFolder, options);
}

/** Refuses options that choose among the files of a folder, for a path that is one file. */
function refuseFolderOptions(path: string, { dataFiles, dataDir }: LoadDatasetOptions): void {
  if (dataFiles === undefined && (dataDir === undefined || /\.zip$/i.test(path))) return;
  const name = dataFiles === undefined ? 'dataDir' : 'dataFiles';
  throw new DatasetError(`${name} chooses among the files of a folder; '${path}' is a file`);
}

/** Loaded on demand: a page with given files does not search folders. */
const folders = () => import('./folderSources.ts');

/** The builder that the caller named, if any. */
export function givenBuilder(path: string, { dataFiles }: LoadDatasetOptions): Builder | undefined {
  return dataFiles !== undefined && Object.hasOwn(builders, path) ? builders[path] : undefined;
}

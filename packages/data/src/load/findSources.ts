import { kindOf } from '#platform';
import { DatasetError } from '../errors.ts';
import { builders } from './builders.ts';
import type { Builder } from './builders.ts';
import type { LoadDatasetOptions } from './loadOptions.ts';
import { fileSource, givenSources } from './source.ts';
import type { SourcesBySplit } from './source.ts';
import { splitOfFile } from './splitOfFile.ts';

/** Names without an owner that older lessons use. */
const hubNames: Readonly<Record<string, string>> = { glue: 'nyu-mll/glue' };

/** Whether this is GLUE on the hub. */
export const isGlue = (path: string) => (hubNames[path] ?? path) === hubNames['glue'];

/**
 * The files that a dataset consists of, by split.
 *
 * @throws DatasetError, DataFileError; HubError when the hub cannot be asked
 */
export async function findSources(path: string, options: LoadDatasetOptions): Promise<SourcesBySplit> {
  const builder = givenBuilder(path, options);
  if (builder && options.dataFiles !== undefined) return givenSources(options.dataFiles, fileSource);
  const kind = await kindOf(path);
  if (kind === 'file' && /\.zip$/i.test(path)) return (await folders()).sourcesOfZip(path, options);
  if (kind === 'file') return new Map([[splitOfFile(path.split(/[/\\]/).at(-1)!) ?? 'train', [fileSource(path)]]]);
  if (kind === undefined && Object.hasOwn(builders, path)) {
    throw new DatasetError(
      `loadDataset('${path}') needs { dataFiles }: a path, several, or an object of them by split.`,
    );
  }
  const isFolder = kind === 'folder';
  return (await folders()).sourcesOfFolder(path, isFolder ? path : (hubNames[path] ?? path), isFolder, options);
}

/** A page that is given its files has nothing to look through. */
const folders = () => import('./folderSources.ts');

/** The builder that the caller named, if any. */
export function givenBuilder(path: string, { dataFiles }: LoadDatasetOptions): Builder | undefined {
  return dataFiles !== undefined && Object.hasOwn(builders, path) ? builders[path] : undefined;
}

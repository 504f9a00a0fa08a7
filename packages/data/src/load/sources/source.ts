import { messageOf } from '@attune/validate';
import { readBytes } from '#platform';
import { DataFileError, DatasetError } from '../../errors.ts';
import type { DataFile } from '../../platform/platform.ts';
import { isList } from '../loadOptions.ts';
import type { LoadDatasetOptions } from '../loadOptions.ts';

/** A file to read: its bytes and its name. */
export interface Source {
  readonly label: string;
  /** @throws DataFileError that names the file; HubError, which also names it */
  readonly read: () => Promise<Uint8Array>;
}

export type SourcesBySplit = ReadonlyMap<string, readonly Source[]>;

/** A file that the caller gave. */
export function fileSource(file: DataFile): Source {
  const label = typeof file === 'string' ? file : file.name;
  return { label, read: () => readBytes(file).catch(unreadable(label, DataFileError)) };
}

/** Returns a handler that adds the file's name to an error that lacks it. */
export function unreadable(label: string, naming: abstract new (...args: never[]) => Error): (error: unknown) => never {
  return (error) => {
    if (error instanceof naming) throw error;
    throw new DataFileError(whyUnreadable(label, error), { cause: error });
  };
}

function whyUnreadable(label: string, error: unknown): string {
  const { code } = error as { code?: unknown };
  if (code === 'ENOENT') return missingFile(label);
  if (code === 'EISDIR')
    return `'${label}' is a folder: name the files in it, or load all of it: loadDataset('${label}').`;
  return `'${label}' cannot be read: ${messageOf(error)}`;
}

/** The message for a missing file. */
export const missingFile = (label: string) => `There is no file '${label}'${adviceForPattern(label)}`;

function adviceForPattern(label: string): string {
  if (!label.includes('*')) return '';
  const end = label.lastIndexOf('/', label.search(/[*?[]/));
  const folder = end < 0 ? '.' : label.slice(0, end);
  return `. Patterns are read inside a folder: loadDataset('${folder || '/'}', { dataFiles: '${label.slice(end + 1)}' }).`;
}

const isFile = (given: unknown): given is DataFile =>
  typeof given === 'string' || (typeof given === 'object' && given !== null && 'arrayBuffer' in given);

/** The caller's files, by split. @throws DatasetError where there are none */
export async function givenSources(
  dataFiles: NonNullable<LoadDatasetOptions['dataFiles']>,
  sourcesOf: (file: DataFile) => Promise<readonly Source[]>,
): Promise<SourcesBySplit> {
  const bySplit =
    isFile(dataFiles) || isList(dataFiles)
      ? { train: dataFiles as ArrayLike<DataFile> }
      : (dataFiles as Readonly<Record<string, DataFile | ArrayLike<DataFile>>>);
  const sources = new Map<string, Source[]>();
  for (const [split, files] of Object.entries(bySplit)) {
    const own = await Promise.all((isFile(files) ? [files] : Array.from(files)).map(sourcesOf));
    sources.set(split, own.flat());
  }
  const empty = [...sources].find(([, files]) => files.length === 0);
  if (sources.size === 0 || empty)
    throw new DatasetError(`dataFiles names no file${empty ? ` for '${empty[0]}'` : ''}`);
  return sources;
}

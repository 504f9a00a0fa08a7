import {
  arrayOf,
  callable,
  flag,
  nonEmptyText,
  named,
  objectWith,
  oneOfKinds,
  optional,
  orNull,
  shown,
  text,
} from '@attune/validate';
import type { Kind, OptionKinds } from '@attune/validate';
import { featuresKind } from '../features/feature.ts';
import type { DownloadProgress } from '@attune/hub';
import type { Features } from '../features/feature.ts';
import type { DataFile } from '../platform/platform.ts';

/** One file or several, for the split `train`, or by split. */
export type DataFiles = DataFile | ArrayLike<DataFile> | Readonly<Record<string, DataFile | ArrayLike<DataFile>>>;

/** How files are read. */
export interface FileOptions {
  /**
   * Name of the configuration: its folder on the hub, such as 'mrpc'. With the name of a GLUE
   * subset, its TSV files are read without quoting, and get the column names of the hub. Default:
   * none.
   */
  readonly name?: string | undefined;
  /** Types of columns. Default: inferred from the values. */
  readonly features?: Features | undefined;
  /**
   * csv, tsv, json, text: the encoding, as a label of the Encoding Standard: 'windows-1252',
   * 'utf-16le', 'shift_jis'. Default 'utf-8', or what a byte order mark says.
   */
  readonly encoding?: string | undefined;
  /** csv, tsv: the delimiter of fields. Default: a comma, or a tab for tsv. */
  readonly delimiter?: string | undefined;
  /** csv, tsv: the quotation mark; null for none. Default '"'. */
  readonly quote?: string | null | undefined;
  /** csv, tsv: names of the columns of a file without a header. Default: from the header. */
  readonly columnNames?: readonly string[] | undefined;
  /**
   * csv, tsv: all words that stand for a missing value; [] for none. Default: those of pandas ('',
   * 'NA', 'null', …).
   */
  readonly naValues?: readonly string[] | undefined;
  /** csv, tsv: the decimal mark. Default '.'; ',' for `2,5`. */
  readonly decimal?: string | undefined;
  /** json: the key whose value holds the records. Default: the file itself. */
  readonly field?: string | undefined;
}

export interface LoadDatasetOptions extends FileOptions {
  /**
   * Which rows: 'train', 'train[:50%]', 'train[10:20]', 'train+validation'. The result is then one
   * dataset. Default: all splits.
   */
  readonly split?: string | undefined;
  /**
   * The files: paths (in a page, addresses or File objects). Inside a folder or repository, paths
   * from there, or patterns such as `data/*.csv`. Default: found by name.
   */
  readonly dataFiles?: DataFiles | undefined;
  /** The subfolder of the folder or repository to look in. Default: all of it. */
  readonly dataDir?: string | undefined;
  /** Branch, tag or commit on the hub. Default 'main'. */
  readonly revision?: string | undefined;
  /** Folder of downloads. Default: the cache of Python's `huggingface_hub`. */
  readonly cacheDir?: string | undefined;
  /** Whether to use only files on this machine. Default false. */
  readonly localFilesOnly?: boolean | undefined;
  /** Whether to download files again that are in the cache. Default false. */
  readonly forceDownload?: boolean | undefined;
  /** Called during downloads. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** A FileList of an input field is not an array. */
export const isList = (input: unknown): input is ArrayLike<unknown> =>
  typeof input === 'object' && input !== null && 'length' in input;

const file = oneOfKinds('a path or a File', text, objectWith('a File', { name: 'string', arrayBuffer: 'function' }));
const manyFiles: Kind = {
  what: 'paths or Files',
  holds: (input) => isList(input) && Array.from(input).every(file.holds),
};
const files = oneOfKinds('a path, a File, or a list of them', file, manyFiles);
const filesBySplit: Kind = {
  what: 'an object of files by split',
  holds: (input) => named.holds(input) && Object.values(input as object).every(files.holds),
};

/** Options that apply to some kinds of files only. */
export const forSomeFiles = ['encoding', 'delimiter', 'quote', 'columnNames', 'naValues', 'decimal', 'field'] as const;

export const loadKinds: OptionKinds = {
  name: optional(text),
  features: optional(featuresKind),
  encoding: optional(nonEmptyText),
  delimiter: optional(nonEmptyText),
  quote: optional(orNull(nonEmptyText)),
  columnNames: optional(arrayOf(text, 'strings')),
  naValues: optional(arrayOf(text, 'strings')),
  decimal: optional(nonEmptyText),
  field: optional(text),
  split: optional({
    ...text,
    found: (given) => `${shown(given)}${Array.isArray(given) ? '; call loadDataset once for each' : ''}`,
  }),
  dataFiles: optional(
    oneOfKinds('a path or File, a list of them, or an object of those by split', files, filesBySplit),
  ),
  dataDir: optional(text),
  revision: optional(text),
  cacheDir: optional(text),
  localFilesOnly: optional(flag),
  forceDownload: optional(flag),
  onProgress: optional(callable),
};

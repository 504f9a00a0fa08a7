import {
  arrayOf,
  callable,
  flag,
  nonEmptyText,
  object,
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
export type DataFiles = DataFile | readonly DataFile[] | Readonly<Record<string, DataFile | readonly DataFile[]>>;

/** How files are read. */
export interface FileOptions {
  /**
   * Name of the configuration: the folder of it on the hub, such as 'mrpc'. A GLUE subset makes its
   * TSV files be read as they are in GLUE: without quoting, by the names of the hub.
   */
  readonly name?: string | undefined;
  /** Types of columns; those not named are told from the values. */
  readonly features?: Features | undefined;
  /**
   * csv, tsv, json, text: how letters are written, by a label of the Encoding Standard:
   * 'windows-1252', 'utf-16le', 'shift_jis'. Default 'utf-8', or what a byte order mark says.
   */
  readonly encoding?: string | undefined;
  /** csv, tsv: what separates fields. Default: a comma, or a tab. */
  readonly delimiter?: string | undefined;
  /** csv, tsv: the quotation mark; null for none. Default '"'. */
  readonly quote?: string | null | undefined;
  /** csv, tsv: names of the columns of a file without a header. */
  readonly columnNames?: readonly string[] | undefined;
  /**
   * csv, tsv: all words that stand for a missing value; [] for none. Default: those of pandas ('',
   * 'NA', 'null', …).
   */
  readonly naValues?: readonly string[] | undefined;
  /** csv, tsv: the decimal mark. Default '.'; ',' for `2,5`. */
  readonly decimal?: string | undefined;
  /** json: the key that the records are under. */
  readonly field?: string | undefined;
}

export interface LoadDatasetOptions extends FileOptions {
  /**
   * Which rows: 'train', 'train[:50%]', 'train[10:20]', 'train+validation'. Then one dataset
   * results, else all splits.
   */
  readonly split?: string | undefined;
  /**
   * The files: paths (in a page, addresses or File objects). Inside a folder or repository, paths
   * from there, or patterns such as `data/*.csv`. Default: found by name.
   */
  readonly dataFiles?: DataFiles | undefined;
  /** The part of the folder or repository to look in. */
  readonly dataDir?: string | undefined;
  /** Branch, tag or commit on the hub. Default 'main'. */
  readonly revision?: string | undefined;
  /** Where downloads are kept. Default: the cache of Python's `huggingface_hub`. */
  readonly cacheDir?: string | undefined;
  /** Use only what is on this machine. Default false. */
  readonly localFilesOnly?: boolean | undefined;
  /** Download again what is in the cache already. Default false. */
  readonly forceDownload?: boolean | undefined;
  /** Called during downloads. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

const file = oneOfKinds('a path or a File', text, objectWith('a File', { name: 'string', arrayBuffer: 'function' }));
const files = oneOfKinds('a path, a File, or an array of them', file, arrayOf(file, 'paths or Files'));
const filesBySplit: Kind = {
  what: 'an object of files by split',
  holds: (input) => object.holds(input) && Object.values(input as object).every(files.holds),
};

/** Options that say how files of some kinds are read. */
export const forSomeFiles = ['encoding', 'delimiter', 'quote', 'columnNames', 'naValues', 'decimal', 'field'] as const;

export const loadKinds: OptionKinds = {
  name: optional(text),
  features: optional(featuresKind),
  encoding: optional(nonEmptyText),
  delimiter: optional(nonEmptyText),
  quote: optional(orNull(nonEmptyText)),
  columnNames: optional(arrayOf(text, 'texts')),
  naValues: optional(arrayOf(text, 'texts')),
  decimal: optional(nonEmptyText),
  field: optional(text),
  split: optional({
    ...text,
    found: (given) => `${shown(given)}${Array.isArray(given) ? '; call loadDataset once for each' : ''}`,
  }),
  dataFiles: optional(
    oneOfKinds('a path or File, an array of them, or an object of those by split', files, filesBySplit),
  ),
  dataDir: optional(text),
  revision: optional(text),
  cacheDir: optional(text),
  localFilesOnly: optional(flag),
  forceDownload: optional(flag),
  onProgress: optional(callable),
};

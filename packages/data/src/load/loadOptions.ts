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
  readonly name?: string;
  /** Types of columns; those not named are told from the values. */
  readonly features?: Features;
  /**
   * csv, tsv, json, text: how letters are written, by a label of the Encoding Standard:
   * 'windows-1252', 'utf-16le', 'shift_jis'. Default 'utf-8', or what a byte order mark says.
   */
  readonly encoding?: string;
  /** csv, tsv: what separates fields. Default: a comma, or a tab. */
  readonly delimiter?: string;
  /** csv, tsv: the quotation mark; null for none. Default '"'. */
  readonly quote?: string | null;
  /** csv, tsv: names of the columns of a file without a header. */
  readonly columnNames?: readonly string[];
  /**
   * csv, tsv: words that stand for a missing value. Default: those of pandas ('', 'NA', 'null', …).
   */
  readonly naValues?: readonly string[];
  /** csv, tsv: the decimal mark. Default '.'; ',' for `2,5`. */
  readonly decimal?: string;
  /** json: the key that the records are under. */
  readonly field?: string;
}

export interface LoadDatasetOptions extends FileOptions {
  /**
   * Which rows: 'train', 'train[:50%]', 'train[10:20]', 'train+validation'. Then one dataset
   * results, else all splits.
   */
  readonly split?: string;
  /**
   * The files: paths (in a page, addresses or File objects). Inside a folder or repository, paths
   * from there. Default: found by name.
   */
  readonly dataFiles?: DataFiles;
  /** The part of the folder or repository to look in. */
  readonly dataDir?: string;
  /** Branch, tag or commit on the hub. Default 'main'. */
  readonly revision?: string;
  /** Where downloads are kept. Default: the cache of Python's `huggingface_hub`. */
  readonly cacheDir?: string;
  /** Use only what is on this machine. Default false. */
  readonly localFilesOnly?: boolean;
  /** Download again what is in the cache already. Default false. */
  readonly forceDownload?: boolean;
  /** Called during downloads. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

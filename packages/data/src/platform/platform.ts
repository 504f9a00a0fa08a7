import type { Compressors } from 'hyparquet';

/** A file as a page gets it from an input field or a drop. */
export interface FileObject {
  readonly name: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A file: a path (in a page, an address), or a File. */
export type DataFile = string | FileObject;

export interface CsvOptions {
  readonly delimiter: string;
  /** null: no quoting at all. */
  readonly quote: string | null;
}

/** What goes wrong while a separated file is parsed. */
export interface CsvFailure {
  /** Line where it was noticed, from 1. */
  readonly line: number | undefined;
  readonly message: string;
}

export interface Platform {
  /** What a name stands for on this machine. */
  kindOf(path: string): Promise<'file' | 'folder' | undefined>;
  readBytes(file: DataFile): Promise<Uint8Array>;
  /** Records of a separated file, header included; throws a CsvFailure. */
  parseCsv(text: string, options: CsvOptions): string[][];
  /** Decompression beyond Snappy, for Parquet. */
  compressors(): Compressors;
  /** A kept result; undefined if there is none. */
  readCache(key: string): Promise<Uint8Array | undefined>;
  writeCache(key: string, bytes: Uint8Array): Promise<void>;
}

export type Builder = 'csv' | 'tsv' | 'json' | 'parquet' | 'text';

/** Kinds of files by extension, which are also the names that a caller may give. */
export const builders: Readonly<Record<string, Builder>> = {
  csv: 'csv',
  tsv: 'tsv',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
  parquet: 'parquet',
  text: 'text',
  txt: 'text',
};

const packed = /\.(gz|zst|zstd|zip|xz|bz2|lz4)$/i;

/** The kind of a file by its name, ignoring an extension of compression: `train.csv.gz`. */
export function builderOf(file: string): Builder | undefined {
  const extension = /\.(\w+)$/.exec(file.replace(packed, ''))?.[1]?.toLowerCase();
  return extension !== undefined && Object.hasOwn(builders, extension) ? builders[extension] : undefined;
}

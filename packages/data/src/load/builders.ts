export type Builder = 'csv' | 'tsv' | 'json' | 'parquet' | 'text';

/** How a file is read, by the end of its name or as the caller says. */
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

/** What a file's name says of its kind, also under a compression: `train.csv.gz`. */
export function builderOf(file: string): Builder | undefined {
  const extension = /\.(\w+)$/.exec(file.replace(packed, ''))?.[1]?.toLowerCase();
  return extension !== undefined && Object.hasOwn(builders, extension) ? builders[extension] : undefined;
}

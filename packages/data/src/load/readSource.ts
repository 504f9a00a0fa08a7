import { makeColumn } from '../columns/makeColumn.ts';
import type { Table } from '../dataset/table.ts';
import { DataFileError, FeatureError } from '../errors.ts';
import { ownFeature } from '../features/feature.ts';
import type { Features } from '../features/feature.ts';
import { builderOf } from './builders.ts';
import type { Builder } from './builders.ts';
import { givenBuilder, isGlue } from './sources/findSources.ts';
import type { Source } from './sources/source.ts';
import { forSomeFiles } from './loadOptions.ts';
import type { LoadDatasetOptions } from './loadOptions.ts';
import type { RawTable } from './rawTable.ts';
import type { UnpackedFile } from './sources/unpack.ts';

/** A file that was read. */
export interface ReadFile {
  /** Name for messages. */
  readonly label: string;
  readonly table: Table;
}

/**
 * The table of a file, or the tables of an archive.
 *
 * @throws DataFileError, FeatureError that name the file; DatasetError for an option that does not
 *   apply to its kind; HubError
 */
export async function readSource(source: Source, path: string, options: LoadDatasetOptions): Promise<ReadFile[]> {
  const given = givenBuilder(path, options);
  const files = dataOf(await filesIn(source), given ?? builderOf(source.label));
  const read: ReadFile[] = [];
  for (const { file, builder } of files) {
    const raw = await readFile(file, builder, given !== undefined, options);
    const glueTypes = isGlue(path) ? (await import('./glue/glue.ts')).glueFeatures[options.name ?? ''] : undefined;
    read.push({ label: file.label, table: typedTable(raw, file.label, options.features, glueTypes) });
  }
  return read;
}

/**
 * First bytes of the kinds that `unpack` knows: gzip, Zstandard, zip, xz, bzip2, lz4, 7z, Excel's.
 */
const packed: ReadonlySet<number> = new Set([0x1f8b, 0x28b5, 0x504b, 0xfd37, 0x425a, 0x0422, 0x377a, 0xd0cf]);

async function filesIn({ label, read }: Source): Promise<UnpackedFile[]> {
  const bytes = await read();
  const [first = 0, second = 0] = bytes;
  if (!packed.has(first * 256 + second)) return [{ label, bytes }];
  const { unpack } = await import('./sources/unpack.ts');
  return unpack({ label, bytes });
}

/** The data files of an archive, and the reader of each. */
function dataOf(
  files: readonly UnpackedFile[],
  builder: Builder | undefined,
): { file: UnpackedFile; builder: Builder }[] {
  const kinds = files.map((file) => ({ file, builder: builderOf(file.label) }));
  const own = kinds.filter((kind) => kind.builder === builder);
  return (own.length > 0 ? own : kinds).map(({ file, builder: told }) => {
    const chosen = builder ?? told;
    if (chosen) return { file, builder: chosen };
    throw new DataFileError(
      `'${file.label}' is of an unknown kind: its name should end in csv, tsv, json, jsonl, parquet or txt. If it cannot, name the kind: loadDataset('csv', { dataFiles: … }).`,
    );
  });
}

async function readFile(
  { label, bytes }: UnpackedFile,
  builder: Builder,
  isGiven: boolean,
  options: LoadDatasetOptions,
): Promise<RawTable> {
  if (forSomeFiles.some((name) => options[name] !== undefined)) {
    const { refuseOtherOptions } = await import('./refuseOtherOptions.ts');
    refuseOtherOptions(label, builder, options);
  }
  // A page loads only the readers for its kinds of files.
  if (builder === 'parquet') {
    const { readParquet } = await import('./parquet/readParquet.ts');
    return readParquet(bytes, `'${label}'`, options);
  }
  const { readText } = await import('./text/readText.ts');
  return readText({ label, bytes }, builder, isGiven, options);
}

/**
 * The columns of a file with their types: the caller's, else the file's (with GLUE's class names
 * where the file has none), else inferred from the values.
 */
function typedTable(
  { columns, lineOf }: RawTable,
  label: string,
  features: Features | undefined,
  glue: Features | undefined,
): Table {
  const unknown = Object.keys(features ?? {}).find((name) => !columns.has(name));
  if (unknown !== undefined)
    throw new DataFileError(
      `'${label}' has no column '${unknown}', which features names. It has ${[...columns.keys()].join(', ')}.`,
    );
  try {
    return new Map(
      [...columns].map(([name, { values, feature }]) => {
        const known = ownFeature(glue, name);
        const classes = known?.type === 'class_label' && feature?.type !== 'class_label' ? known : undefined;
        return [name, makeColumn(name, values, ownFeature(features, name) ?? classes ?? feature)];
      }),
    );
  } catch (error) {
    if (!(error instanceof FeatureError)) throw error;
    const line = lineOf && error.row !== undefined ? `, line ${lineOf(error.row)}` : '';
    error.message = `'${label}'${line}: ${error.message}`;
    throw error;
  }
}

import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { FileMetaData } from 'hyparquet';
import { compressors } from '#platform';
import { makeColumn } from '../columns/makeColumn.ts';
import type { Table } from '../dataset/table.ts';
import { DataFileError } from '../errors.ts';
import { ClassLabel, value } from '../features/feature.ts';
import type { Feature } from '../features/feature.ts';
import type { FileOptions } from './loadOptions.ts';

/**
 * A Parquet file as a table. Class names that `datasets` wrote into it are kept. @throws
 * DataFileError
 */
export async function readParquet(bytes: Uint8Array, where: string, { features = {} }: FileOptions): Promise<Table> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  let metadata: FileMetaData;
  let rows: Record<string, unknown>[];
  try {
    metadata = parquetMetadata(file);
    rows = await parquetReadObjects({ file, metadata, compressors: compressors() });
  } catch (error) {
    throw new DataFileError(
      `${where} cannot be read as Parquet: ${error instanceof Error ? error.message : String(error)}.`,
      {
        cause: error,
      },
    );
  }
  const written = { ...typesOf(metadata), ...classesOf(metadata), ...features };
  const names = topLevelNames(metadata);
  return new Map(
    names.map((name) => [
      name,
      makeColumn(
        name,
        rows.map((row) => plain(row[name])),
        written[name],
      ),
    ]),
  );
}

/** Names of the columns: the schema is a tree written out depth first, the root before all. */
function topLevelNames({ schema }: FileMetaData): string[] {
  const names: string[] = [];
  let index = 1;
  const skip = () => {
    const children = schema[index]?.num_children ?? 0;
    index += 1;
    for (let child = 0; child < children; child++) skip();
  };
  while (index < schema.length) {
    names.push(schema[index]!.name);
    skip();
  }
  return names;
}

/** Types of plain number columns: their values alone would not tell a float from a whole number. */
function typesOf({ schema }: FileMetaData): Record<string, Feature> {
  const types: Record<string, Feature> = {};
  for (const {
    name,
    type,
    num_children: children,
    repetition_type: repetition,
    converted_type: converted,
    logical_type: logical,
  } of schema.slice(1)) {
    if (children || repetition === 'REPEATED' || converted || logical) continue;
    if (type === 'FLOAT') types[name] = value('float32');
    if (type === 'DOUBLE') types[name] = value('float64');
  }
  return types;
}

/** The class labels of `datasets`, from the JSON it leaves in the file. */
function classesOf({ key_value_metadata: entries = [] }: FileMetaData): Record<string, Feature> {
  const written = entries.find(({ key }) => key === 'huggingface')?.value;
  if (!written) return {};
  const classes: Record<string, Feature> = {};
  try {
    const { info } = JSON.parse(written) as {
      info?: { features?: Record<string, { _type?: string; names?: string[] }> };
    };
    for (const [name, feature] of Object.entries(info?.features ?? {})) {
      if (feature?._type === 'ClassLabel' && feature.names) classes[name] = new ClassLabel({ names: feature.names });
    }
  } catch {
    // Not ours to judge: without it the labels are numbers.
  }
  return classes;
}

/** Values as a dataset holds them: dates as ISO text. */
function plain(input: unknown): unknown {
  if (input instanceof Date) return input.toISOString();
  return Array.isArray(input) ? input.map(plain) : input;
}

import { messageOf } from '@attune/validate';
import { parquetMetadata, parquetRead, parquetSchema } from 'hyparquet';
import type { FileMetaData, SchemaElement } from 'hyparquet';
import { DataFileError } from '../../errors.ts';
import { list, ownFeature, value } from '../../features/feature.ts';
import type { Feature } from '../../features/feature.ts';
import { parseExactJson } from '../json/exactJson.ts';
import type { FileOptions } from '../loadOptions.ts';
import { decodersOf } from './parquetDecoders.ts';
import { classesOf, columnsOfSchema, featureOfNode } from './parquetTypes.ts';
import type { ParquetNode } from './parquetTypes.ts';
import { plainValues } from './parquetValues.ts';
import type { RawColumn, RawTable } from '../rawTable.ts';

/**
 * Reads a Parquet file with the types of its schema; class names that `datasets` stored in it are
 * kept.
 *
 * @throws DataFileError
 */
export async function readParquet(bytes: Uint8Array, where: string, { features }: FileOptions): Promise<RawTable> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    const metadata = parquetMetadata(file);
    const nodes = columnsOfSchema(metadata, where);
    requirePaths(metadata);
    const raw = await readColumns(file, metadata);
    const classes = classesOf(metadata);
    const rows = Number(metadata.num_rows);
    const columns = new Map(
      [...nodes].map(([name, node]) => {
        const values = raw.get(name) ?? [];
        if (values.length !== rows) throw new Error(`column '${name}' has ${values.length} of ${rows} rows`);
        return [name, columnOf(values, node, ownFeature(features, name), classes.get(name))];
      }),
    );
    return { columns };
  } catch (error) {
    if (error instanceof DataFileError) throw error;
    const reason = messageOf(error);
    throw new DataFileError(`${where} cannot be read as Parquet: ${reason}`, { cause: error });
  }
}

function columnOf(
  raw: readonly unknown[],
  node: ParquetNode,
  given: Feature | undefined,
  classes: Feature | undefined,
): RawColumn {
  const isText = given?.type === 'value' && given.dtype === 'string';
  if (isText && node.kind === 'value' && node.holds === 'bytes') {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    return { values: raw.map((input) => (input instanceof Uint8Array ? decoder.decode(input) : null)), feature: given };
  }
  const { values, isLarge } = plainValues(raw, node);
  const told = featureOfNode(node);
  return { values, feature: given ?? classes ?? (isLarge ? told && asText(told) : told) };
}

/** The same with text in place of whole numbers. */
function asText(feature: Feature): Feature {
  if (feature.type === 'list') return list(asText(feature.items));
  return feature.type === 'value' && feature.dtype === 'int64' ? value('string') : feature;
}

/**
 * Refuses metadata that names columns missing from the schema. The decoder would notice only after
 * it began with others, whose failures nobody would catch.
 */
function requirePaths(metadata: FileMetaData): void {
  const root = parquetSchema(metadata);
  for (const { columns } of metadata.row_groups) {
    for (const { meta_data: chunk } of columns) {
      if (!chunk) throw new Error('a column without metadata');
      let node = root;
      for (const part of chunk.path_in_schema) {
        const child = node.children.find(({ element }) => element.name === part);
        if (!child) throw new Error(`the schema has no column '${chunk.path_in_schema.join('.')}'`);
        node = child;
      }
    }
  }
}

async function readColumns(file: ArrayBuffer, metadata: FileMetaData): Promise<Map<string, unknown[]>> {
  const chunks = new Map<string, { rowStart: number; values: ArrayLike<unknown> }[]>();
  await parquetRead({
    file,
    metadata: { ...metadata, schema: metadata.schema.map(withoutRounding) },
    compressors: await decodersOf(metadata),
    utf8: false,
    parsers: {
      jsonFromBytes: (bytes) => bytes && parseExactJson(new TextDecoder().decode(bytes)),
      timestampFromNanoseconds: (nanoseconds) => nanoseconds,
    },
    onChunk: ({ columnName, columnData, rowStart }) => {
      const own = chunks.get(columnName) ?? [];
      chunks.set(columnName, own);
      own.push({ rowStart, values: columnData });
    },
  });
  return new Map(
    [...chunks].map(([name, own]) => [
      name,
      own.sort((a, b) => a.rowStart - b.rowStart).flatMap(({ values }) => Array.from(values)),
    ]),
  );
}

/** A part whose annotation the decoder ignores, so that it returns numbers as they are stored. */
function withoutRounding(element: SchemaElement): SchemaElement {
  const kind = element.logical_type?.type ?? element.converted_type ?? '';
  if (!/^(DECIMAL|DATE|TIME)/.test(kind) && !/^(DECIMAL|DATE|TIME)/.test(element.converted_type ?? '')) return element;
  return { ...element, converted_type: undefined, logical_type: undefined };
}

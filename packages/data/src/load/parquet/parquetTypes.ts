import type { FileMetaData, SchemaElement } from 'hyparquet';
import { DataFileError } from '../../errors.ts';
import { ClassLabel, list, value } from '../../features/feature.ts';
import type { Feature, ValueType } from '../../features/feature.ts';

/** The type of a column in a Parquet file, or of a part of one. */
export type ParquetNode =
  | { readonly kind: 'list'; readonly items: ParquetNode }
  | { readonly kind: 'map'; readonly values: ParquetNode }
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, ParquetNode> }
  | { readonly kind: 'value'; readonly element: SchemaElement; readonly holds: Holds };

/** `any`: whatever the decoder returns; the type is inferred from the values. */
export type Holds = ValueType | 'bytes' | 'decimal' | 'date' | 'time' | 'timestamp' | 'any';

/** A part of the schema, and the parts under it. */
interface Part {
  readonly element: SchemaElement;
  readonly children: readonly Part[];
}

/** The columns of a file. @throws DataFileError for two of one name, or a damaged schema */
export function columnsOfSchema({ schema }: FileMetaData, where: string): Map<string, ParquetNode> {
  let next = 1;
  const take = (depth: number): Part => {
    const element = schema[next];
    next += 1;
    if (!element || depth > 100) throw new DataFileError(`${where} cannot be read as Parquet: its schema is damaged`);
    const children: Part[] = [];
    while (children.length < (element.num_children ?? 0)) children.push(take(depth + 1));
    return { element, children };
  };
  const columns = new Map<string, ParquetNode>();
  while (next < schema.length) {
    const part = take(0);
    const { name } = part.element;
    if (columns.has(name))
      throw new DataFileError(`${where}: two columns are called '${name}'. Write the file with different names.`);
    columns.set(name, nodeOf(part));
  }
  return columns;
}

/** A repeated part without a list around it, as in old files, is a list too. */
function nodeOf(part: Part): ParquetNode {
  const node = nodeOfOne(part);
  return part.element.repetition_type === 'REPEATED' ? { kind: 'list', items: node } : node;
}

function nodeOfOne({ element, children }: Part): ParquetNode {
  const [first] = children;
  if (!first) return { kind: 'value', element, holds: holdsOf(element) };
  if (element.converted_type === 'LIST' && children.length === 1) {
    // The repeated part in between contains the items, or is the item itself.
    return { kind: 'list', items: first.children.length === 1 ? nodeOf(first.children[0]!) : nodeOfOne(first) };
  }
  const values = first.children.find((child) => child.element.name === 'value');
  if (element.converted_type === 'MAP' && values) return { kind: 'map', values: nodeOf(values) };
  return { kind: 'struct', fields: new Map(children.map((child) => [child.element.name, nodeOf(child)])) };
}

function holdsOf({ type, converted_type: converted, logical_type: logical }: SchemaElement): Holds {
  const annotation = logical?.type ?? converted;
  if (converted === 'DECIMAL' || annotation === 'DECIMAL') return 'decimal';
  if (annotation === 'DATE') return 'date';
  if (annotation?.startsWith('TIMESTAMP') || type === 'INT96') return 'timestamp';
  if (annotation?.startsWith('TIME')) return 'time';
  if (annotation === 'FLOAT16' || type === 'FLOAT') return 'float32';
  if (type === 'DOUBLE') return 'float64';
  if (type === 'BOOLEAN') return 'bool';
  if (type === 'INT64') return 'int64';
  const isUnsigned =
    converted === 'UINT_32' || (logical?.type === 'INTEGER' && logical.bitWidth === 32 && !logical.isSigned);
  if (type === 'INT32') return isUnsigned ? 'int64' : 'int32';
  if (annotation === 'UTF8' || annotation === 'STRING' || annotation === 'ENUM' || annotation === 'UUID')
    return 'string';
  return annotation === undefined ? 'bytes' : 'any';
}

/** The type of a column; undefined if it must be inferred from the values. */
export function featureOfNode(node: ParquetNode): Feature | undefined {
  if (node.kind === 'list') {
    const items = featureOfNode(node.items);
    return items && list(items);
  }
  if (node.kind !== 'value') return value('struct');
  switch (node.holds) {
    case 'any':
      return undefined;
    case 'bytes':
      return list(value('uint8'));
    case 'decimal':
      return value(isExactDecimal(node.element) ? 'float64' : 'string');
    case 'date':
    case 'time':
    case 'timestamp':
      return value('string');
    default:
      return value(node.holds);
  }
}

/** Whether a float can represent every number with this many digits. */
export function isExactDecimal({ precision, logical_type: logical }: SchemaElement): boolean {
  return (precision ?? (logical?.type === 'DECIMAL' ? logical.precision : 0) ?? 38) <= 15;
}

/** The description of a type in the JSON that `datasets` stores in the file. */
type WrittenFeature = { _type?: string; names?: string[]; feature?: WrittenFeature } | WrittenFeature[];

/** The class labels that `datasets` stored in the file, also those inside lists. */
export function classesOf({ key_value_metadata: entries = [] }: FileMetaData): ReadonlyMap<string, Feature> {
  const written = entries.find(({ key }) => key === 'huggingface')?.value;
  const classes = new Map<string, Feature>();
  if (!written) return classes;
  try {
    const { info } = JSON.parse(written) as { info?: { features?: Record<string, WrittenFeature> } };
    for (const [name, feature] of Object.entries(info?.features ?? {})) {
      const own = classFeature(feature);
      if (own) classes.set(name, own);
    }
  } catch {
    // The file is still readable: without the names, labels are numbers.
  }
  return classes;
}

function classFeature(written: WrittenFeature | undefined): Feature | undefined {
  if (!written) return undefined;
  if (Array.isArray(written) || written.feature) {
    const items = classFeature(Array.isArray(written) ? written[0] : written.feature);
    return items && list(items);
  }
  return written._type === 'ClassLabel' && written.names ? new ClassLabel({ names: written.names }) : undefined;
}

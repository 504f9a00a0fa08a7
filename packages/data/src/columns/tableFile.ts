import { DatasetError } from '../errors.ts';
import { ClassLabel } from '../features/feature.ts';
import type { Feature } from '../features/feature.ts';
import type { Table } from '../dataset/table.ts';
import { ListColumn, NumberColumn, PlainColumn } from './column.ts';
import type { Column, NumberStorage } from './column.ts';

/**
 * A table as bytes: 8 of magic, 4 of header length, a JSON header, then the arrays, each from a
 * multiple of 8 bytes on. The header holds the SHA-256 of what follows it, so that a damaged file
 * is never taken for a good one.
 */
const magic = 'ATTNTBL1';

interface Part {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
}

interface ColumnHeader {
  readonly feature: unknown;
  readonly kind: 'number' | 'plain' | 'list';
  readonly parts: Readonly<Record<string, Part>>;
  readonly items?: ColumnHeader;
}

interface Header {
  readonly sha256: string;
  readonly columns: readonly { readonly name: string; readonly column: ColumnHeader }[];
}

const arrayTypes = { Int32Array, Float32Array, Float64Array, Uint8Array };

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Collects arrays into one stretch of bytes. */
class Body {
  readonly #arrays: NumberStorage[] = [];
  #size = 0;

  add(array: NumberStorage): Part {
    const offset = this.#size;
    this.#arrays.push(array);
    this.#size += Math.ceil(array.byteLength / 8) * 8;
    return { type: array.constructor.name, offset, length: array.length };
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.#size);
    let offset = 0;
    for (const array of this.#arrays) {
      whole.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
      offset += Math.ceil(array.byteLength / 8) * 8;
    }
    return whole;
  }
}

function packColumn(column: Column, body: Body): ColumnHeader {
  const { feature } = column;
  if (column instanceof NumberColumn) {
    return {
      feature,
      kind: 'number',
      parts: { values: body.add(column.values), ...(column.missing && { missing: body.add(column.missing) }) },
    };
  }
  if (column instanceof ListColumn) {
    const parts = { offsets: body.add(column.offsets), ...(column.missing && { missing: body.add(column.missing) }) };
    return { feature, kind: 'list', parts, items: packColumn(column.items, body) };
  }
  const isText = feature.type === 'value' && feature.dtype === 'string';
  const encoder = new TextEncoder();
  const offsets = new Float64Array(column.length + 1);
  const missing = new Uint8Array(column.length);
  const texts = Array.from({ length: column.length }, (_, row) => {
    const input = column.at(row);
    if (input === null || input === undefined) missing[row] = 1;
    const bytes = encoder.encode(missing[row] ? '' : isText ? String(input) : JSON.stringify(input));
    offsets[row + 1] = offsets[row]! + bytes.length;
    return bytes;
  });
  const text = new Uint8Array(offsets[column.length]!);
  for (const [row, bytes] of texts.entries()) text.set(bytes, offsets[row]);
  return {
    feature,
    kind: 'plain',
    parts: { offsets: body.add(offsets), missing: body.add(missing), text: body.add(text) },
  };
}

export async function packTable(table: Table): Promise<Uint8Array<ArrayBuffer>> {
  const body = new Body();
  const columns = [...table].map(([name, column]) => ({ name, column: packColumn(column, body) }));
  const content = body.bytes();
  const header: Header = { sha256: await sha256(content), columns };
  const headerBytes = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((12 + headerBytes.length) / 8) * 8;
  const file = new Uint8Array(start + content.length);
  file.set(new TextEncoder().encode(magic));
  new DataView(file.buffer).setUint32(8, headerBytes.length, true);
  file.set(headerBytes, 12);
  file.set(content, start);
  return file;
}

/** @throws DatasetError when the bytes are not what packTable wrote */
export async function unpackTable(file: Uint8Array): Promise<Table> {
  if (file.length < 12 || new TextDecoder().decode(file.subarray(0, 8)) !== magic)
    throw new DatasetError('This is no table file.');
  const headerLength = new DataView(file.buffer, file.byteOffset).getUint32(8, true);
  const start = Math.ceil((12 + headerLength) / 8) * 8;
  if (start > file.length) throw new DatasetError('The table file is cut off.');
  const header = JSON.parse(new TextDecoder().decode(file.subarray(12, 12 + headerLength))) as Header;
  const content = file.slice(start);
  if ((await sha256(content)) !== header.sha256) throw new DatasetError('The table file is damaged.');
  return new Map(header.columns.map(({ name, column }) => [name, unpackColumn(column, content.buffer)]));
}

function unpackColumn({ feature, kind, parts, items }: ColumnHeader, content: ArrayBuffer): Column {
  const array = <Type extends NumberStorage>(name: string): Type => {
    const { type, offset, length } = parts[name]!;
    return new arrayTypes[type as keyof typeof arrayTypes](content, offset, length) as Type;
  };
  const missing = parts['missing'] ? array<Uint8Array>('missing') : undefined;
  if (kind === 'number') return new NumberColumn(readFeature(feature), array('values'), missing);
  if (kind === 'list') return new ListColumn(array<Int32Array>('offsets'), unpackColumn(items!, content), missing);
  const known = readFeature(feature);
  const isText = known.type === 'value' && known.dtype === 'string';
  const [offsets, text] = [array<Float64Array>('offsets'), array<Uint8Array>('text')];
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const values = Array.from(missing ?? [], (isMissing, row): unknown => {
    if (isMissing) return null;
    const written = decoder.decode(text.subarray(offsets[row], offsets[row + 1]));
    return isText ? written : JSON.parse(written);
  });
  return new PlainColumn(known, values);
}

function readFeature(written: unknown): Feature {
  const feature = written as Feature;
  if (feature.type === 'class_label') return new ClassLabel(feature);
  return feature.type === 'list' ? { type: 'list', items: readFeature(feature.items) } : feature;
}

import { DatasetError } from '../errors.ts';
import { ClassLabel } from '../features/feature.ts';
import type { Feature } from '../features/feature.ts';
import type { Table } from '../dataset/table.ts';
import { ListColumn, NumberColumn, PlainColumn } from './column.ts';
import type { Column, NumberStorage } from './column.ts';

/**
 * A table as bytes: 8 of magic, 32 of SHA-256, 4 of header length, a JSON header, then the arrays,
 * each from a multiple of 8 bytes on. The hash covers everything after it, header included, so that
 * a damaged file is always detected.
 */
const magic = 'ATTNTBL2';
const hashEnd = 40;
const prefixLength = 44;

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
  /** Whether the values of a plain column are written as JSON. */
  readonly isJson?: boolean;
}

interface Header {
  readonly columns: readonly { readonly name: string; readonly column: ColumnHeader }[];
}

const arrayTypes = { Int32Array, Float32Array, Float64Array, Uint8Array };

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Array.from(await digest(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Collects arrays into one block of bytes. */
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
  const values = Array.from({ length: column.length }, (_, row) => column.at(row) ?? null);
  // UTF-8 has no unpaired surrogates; JSON writes them as escapes.
  const isJson = !values.every(
    (input) => input === null || (typeof input === 'string' && !/\p{Surrogate}/u.test(input)),
  );
  const encoder = new TextEncoder();
  const offsets = new Float64Array(column.length + 1);
  const missing = new Uint8Array(column.length);
  const texts = values.map((input, row) => {
    if (input === null) missing[row] = 1;
    const bytes = encoder.encode(missing[row] ? '' : isJson ? JSON.stringify(input) : String(input));
    offsets[row + 1] = offsets[row]! + bytes.length;
    return bytes;
  });
  const text = new Uint8Array(offsets[column.length]!);
  for (const [row, bytes] of texts.entries()) text.set(bytes, offsets[row]);
  return {
    feature,
    kind: 'plain',
    isJson,
    parts: { offsets: body.add(offsets), missing: body.add(missing), text: body.add(text) },
  };
}

export async function packTable(table: Table): Promise<Uint8Array<ArrayBuffer>> {
  const body = new Body();
  const columns = [...table].map(([name, column]) => ({ name, column: packColumn(column, body) }));
  const content = body.bytes();
  const header: Header = { columns };
  const headerBytes = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((prefixLength + headerBytes.length) / 8) * 8;
  const file = new Uint8Array(start + content.length);
  file.set(new TextEncoder().encode(magic));
  new DataView(file.buffer).setUint32(hashEnd, headerBytes.length, true);
  file.set(headerBytes, prefixLength);
  file.set(content, start);
  file.set(await digest(file.subarray(hashEnd)), magic.length);
  return file;
}

/** @throws DatasetError when the bytes are not what packTable wrote */
export async function unpackTable(bytes: Uint8Array): Promise<Table> {
  const file = bytes.slice();
  if (file.length < prefixLength || new TextDecoder().decode(file.subarray(0, magic.length)) !== magic)
    throw new DatasetError('This is not a table file');
  const expected = file.subarray(magic.length, hashEnd);
  if (!(await digest(file.subarray(hashEnd))).every((byte, index) => byte === expected[index]))
    throw new DatasetError('The table file is damaged');
  const headerLength = new DataView(file.buffer).getUint32(hashEnd, true);
  const start = Math.ceil((prefixLength + headerLength) / 8) * 8;
  const written = new TextDecoder().decode(file.subarray(prefixLength, prefixLength + headerLength));
  const header = JSON.parse(written) as Header;
  const content = file.slice(start);
  return new Map(header.columns.map(({ name, column }) => [name, unpackColumn(column, content.buffer)]));
}

function unpackColumn({ feature, kind, parts, items, isJson }: ColumnHeader, content: ArrayBuffer): Column {
  const array = <Type extends NumberStorage>(name: string): Type => {
    const { type, offset, length } = parts[name]!;
    return new arrayTypes[type as keyof typeof arrayTypes](content, offset, length) as Type;
  };
  const missing = parts['missing'] ? array<Uint8Array>('missing') : undefined;
  if (kind === 'number') return new NumberColumn(readFeature(feature), array('values'), missing);
  if (kind === 'list') return new ListColumn(array<Int32Array>('offsets'), unpackColumn(items!, content), missing);
  const known = readFeature(feature);
  const [offsets, text] = [array<Float64Array>('offsets'), array<Uint8Array>('text')];
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const values = Array.from(missing ?? [], (isMissing, row): unknown => {
    if (isMissing) return null;
    const written = decoder.decode(text.subarray(offsets[row], offsets[row + 1]));
    return isJson ? JSON.parse(written) : written;
  });
  return new PlainColumn(known, values);
}

function readFeature(written: unknown): Feature {
  const feature = written as Feature;
  if (feature.type === 'class_label') return new ClassLabel(feature);
  return feature.type === 'list' ? { type: 'list', items: readFeature(feature.items) } : feature;
}

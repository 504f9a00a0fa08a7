import { DataFileError } from '../../errors.ts';
import { ownFeature } from '../../features/feature.ts';
import { shownValue } from '../../shownValue.ts';
import { parseJson } from './exactJson.ts';
import type { FileOptions } from '../loadOptions.ts';
import type { LineOf, RawTable } from '../rawTable.ts';

/**
 * Reads a JSON file: one object per line, an array of objects, or a single object, which is one
 * row. With `field`, the value of that key: an array of objects, or an object of columns.
 *
 * @throws DataFileError
 */
export function readJson(text: string, where: string, { field, features }: FileOptions): RawTable {
  if (text.trim() === '') throw new DataFileError(`${where} is empty`);
  if (field === undefined) {
    const { records, lineOf } = recordsOf(text, where);
    return { columns: columnsOfRecords(records, where, features, lineOf), lineOf };
  }
  const found = pick(parseJson(text, where), field, where);
  return {
    columns: Array.isArray(found) ? columnsOfRecords(found, where, features) : columnsOf(found, where, features),
  };
}

function columnsOfRecords(
  found: readonly unknown[],
  where: string,
  features: FileOptions['features'],
  lineOf?: LineOf,
): RawTable['columns'] {
  const names = new Set<string>();
  for (const [row, record] of found.entries()) {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      throw new DataFileError(
        `${where}${lineOf ? `, line ${lineOf(row)}` : ''}, record ${row}: ${shownValue(record)} is not an object. If the records are under a key, pass field.`,
      );
    for (const name of Object.keys(record)) names.add(name);
  }
  const records = found as readonly Readonly<Record<string, unknown>>[];
  const valuesOf = (name: string) => records.map((record) => (Object.hasOwn(record, name) ? record[name] : undefined));
  return new Map([...names].map((name) => [name, { values: valuesOf(name), feature: ownFeature(features, name) }]));
}

function recordsOf(text: string, where: string): { records: unknown[]; lineOf?: LineOf } {
  const lines = text.split(/\r\n|\n|\r/);
  const first = lines.find((line) => line.trim() !== '')!.trim();
  if (!first.startsWith('{') || !first.endsWith('}')) {
    const whole = parseJson(text, where);
    return { records: Array.isArray(whole) ? whole : [whole] };
  }
  const records: unknown[] = [];
  const numbers: number[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    records.push(parseJson(line, where, index + 1));
    numbers.push(index + 1);
  }
  return { records, lineOf: (row) => numbers[row]! };
}

function pick(found: unknown, field: string, where: string): unknown {
  if (typeof found !== 'object' || found === null || !Object.hasOwn(found, field)) {
    const keys = typeof found === 'object' && found !== null && !Array.isArray(found) ? Object.keys(found) : [];
    throw new DataFileError(`${where} has no field '${field}'. It has: ${keys.join(', ') || 'none'}.`);
  }
  return (found as Record<string, unknown>)[field];
}

function columnsOf(found: unknown, where: string, features: FileOptions['features']): RawTable['columns'] {
  const isColumns =
    typeof found === 'object' && found !== null && Object.values(found).every((column) => Array.isArray(column));
  if (!isColumns)
    throw new DataFileError(`${where}: ${shownValue(found)} is neither an array of objects nor an object of columns`);
  return new Map(
    Object.entries(found as Record<string, unknown[]>).map(([name, values]) => [
      name,
      { values, feature: ownFeature(features, name) },
    ]),
  );
}

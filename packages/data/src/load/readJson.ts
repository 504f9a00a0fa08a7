import { DataFileError } from '../errors.ts';
import { ownFeature } from '../features/feature.ts';
import { show } from '../values.ts';
import { parseJson } from './exactJson.ts';
import type { FileOptions } from './loadOptions.ts';
import type { RawTable } from './rawColumn.ts';

/**
 * A JSON file: one object per line, an array of objects, or a single object, which is one row. With
 * `field`, what is under that key: an array of objects, or an object of columns.
 *
 * @throws DataFileError
 */
export function readJson(text: string, where: string, { field, features }: FileOptions): RawTable {
  if (text.trim() === '') throw new DataFileError(`${where} is empty.`);
  const found = field === undefined ? recordsOf(text, where) : pick(parseJson(text, where), field, where);
  if (!Array.isArray(found)) return columnsOf(found, where, features);
  const names = new Set<string>();
  for (const [row, record] of found.entries()) {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      throw new DataFileError(
        `${where}, record ${row}: ${show(record)} is no object. If the records are under a key, pass field.`,
      );
    for (const name of Object.keys(record)) names.add(name);
  }
  const records = found as readonly Readonly<Record<string, unknown>>[];
  const valuesOf = (name: string) => records.map((record) => (Object.hasOwn(record, name) ? record[name] : undefined));
  return new Map([...names].map((name) => [name, { values: valuesOf(name), feature: ownFeature(features, name) }]));
}

function recordsOf(text: string, where: string): unknown[] {
  const lines = text.split(/\r?\n/);
  const first = lines.find((line) => line.trim() !== '')!.trim();
  if (!first.startsWith('{') || !first.endsWith('}')) {
    const whole = parseJson(text, where);
    return Array.isArray(whole) ? whole : [whole];
  }
  const records: unknown[] = [];
  for (const [index, line] of lines.entries())
    if (line.trim() !== '') records.push(parseJson(line, `${where}, line ${index + 1}`));
  return records;
}

function pick(found: unknown, field: string, where: string): unknown {
  if (typeof found !== 'object' || found === null || !Object.hasOwn(found, field)) {
    const keys = typeof found === 'object' && found !== null && !Array.isArray(found) ? Object.keys(found) : [];
    throw new DataFileError(`${where} has no field '${field}'. It has: ${keys.join(', ') || 'none'}.`);
  }
  return (found as Record<string, unknown>)[field];
}

function columnsOf(found: unknown, where: string, features: FileOptions['features']): RawTable {
  const isColumns =
    typeof found === 'object' && found !== null && Object.values(found).every((column) => Array.isArray(column));
  if (!isColumns)
    throw new DataFileError(`${where}: ${show(found)} is neither an array of objects nor an object of columns.`);
  return new Map(
    Object.entries(found as Record<string, unknown[]>).map(([name, values]) => [
      name,
      { values, feature: ownFeature(features, name) },
    ]),
  );
}

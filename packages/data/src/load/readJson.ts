import { makeColumn } from '../columns/makeColumn.ts';
import type { Table } from '../dataset/table.ts';
import { DataFileError } from '../errors.ts';
import { show } from '../features/inferFeature.ts';
import type { FileOptions } from './loadOptions.ts';

/**
 * A JSON file as a table: one object per line, an array of objects, or an object of columns; with
 * `field`, what is under that key.
 *
 * @throws DataFileError
 */
export function readJson(text: string, where: string, { field, features = {} }: FileOptions): Table {
  const content = text.replace(/^\uFEFF/, '');
  if (content.trim() === '') throw new DataFileError(`${where} is empty.`);
  const found = field === undefined ? parse(content, where) : pick(parseWhole(content, where), field, where);
  if (!Array.isArray(found)) return columnsOf(found, where, features);
  const names = new Set<string>();
  for (const [row, record] of found.entries()) {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      throw new DataFileError(`${where}, record ${row}: ${show(record)} is no object.`);
    for (const name of Object.keys(record)) names.add(name);
  }
  const records = found as readonly Readonly<Record<string, unknown>>[];
  return new Map(
    [...names].map((name) => [
      name,
      makeColumn(
        name,
        records.map((record) => record[name]),
        features[name],
      ),
    ]),
  );
}

/** The records of the file, or an object of columns. */
function parse(content: string, where: string): unknown {
  if (/^\s*\[/.test(content)) return parseWhole(content, where);
  const lines = content.split(/\r?\n/);
  let firstLine: unknown;
  try {
    firstLine = JSON.parse(lines.find((line) => line.trim() !== '')!);
  } catch {
    // An object over several lines.
    return parseWhole(content, where);
  }
  const isSingle = lines.filter((line) => line.trim() !== '').length === 1;
  if (isSingle && isColumns(firstLine)) return firstLine;
  const records: unknown[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    try {
      records.push(JSON.parse(line));
    } catch (error) {
      throw new DataFileError(`${where}, line ${index + 1}: no JSON (${(error as Error).message}).`, { cause: error });
    }
  }
  return records;
}

function isColumns(found: unknown): boolean {
  return (
    typeof found === 'object' &&
    found !== null &&
    Object.values(found).length > 0 &&
    Object.values(found).every((column) => Array.isArray(column))
  );
}

function parseWhole(content: string, where: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new DataFileError(`${where}: no JSON (${(error as Error).message}).`, { cause: error });
  }
}

function pick(found: unknown, field: string, where: string): unknown {
  if (typeof found !== 'object' || found === null || !(field in found))
    throw new DataFileError(`${where} has no field '${field}'.`);
  return (found as Record<string, unknown>)[field];
}

function columnsOf(found: unknown, where: string, features: NonNullable<FileOptions['features']>): Table {
  if (!isColumns(found)) {
    const keys = typeof found === 'object' && found !== null ? Object.keys(found).join(', ') : show(found);
    throw new DataFileError(
      `${where}: neither objects, one per line or in an array, nor an object of columns (${keys}). If the records are under a key, pass field.`,
    );
  }
  return new Map(
    Object.entries(found as Record<string, unknown[]>).map(([name, values]) => [
      name,
      makeColumn(name, values, features[name]),
    ]),
  );
}

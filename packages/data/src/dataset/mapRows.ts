import { callable, requireArgument } from '@attune/validate';
import { progressLine } from '@attune/platform';
import type { Column } from '../columns/column.ts';
import { concatenateColumns } from '../columns/concatenateColumns.ts';
import { castColumn, makeColumn } from '../columns/makeColumn.ts';
import { MapError } from '../errors.ts';
import { ClassLabel } from '../features/feature.ts';
import { isTypedArray } from '../array/typedArray.ts';
import { shownValue } from '../shownValue.ts';
import { requireAwaitedOptions, requireDatasetOptions } from '../requireDatasetOptions.ts';
import { LongWork } from './longWork.ts';
import { namingRows } from './failedRows.ts';
import { cacheOptions, mapOptions } from './options.ts';
import { findColumn, setOwn } from './table.ts';
import type { Table } from './table.ts';
import type { MapOptions } from './options.ts';

export type AnyFunction = (input: never, index: never) => unknown;

export interface MapRequest {
  readonly table: Table;
  readonly length: number;
  readonly mapper: AnyFunction;
  readonly batched: boolean;
  readonly batchSize: number;
  readonly removed: readonly string[];
  readonly label: string;
}

const otherNames = async () => (await import('./otherNames.ts')).namesOfMap;

/** @throws MapError for anything but a function, or unknown options */
export async function requireMap(mapper: unknown, options: MapOptions): Promise<void> {
  requireArgument('map', 'function', mapper, callable, MapError);
  await requireAwaitedOptions('map', options, mapOptions, otherNames, MapError);
  if (options.cache !== undefined) requireDatasetOptions('map, cache', options.cache, cacheOptions, {}, MapError);
}

/** Whether the result can be cached: its dependencies are known. */
export function canBeKept(mapper: AnyFunction, { cache }: MapOptions): boolean {
  return cache !== undefined || typeof (mapper as { fingerprint?: unknown }).fingerprint === 'string';
}

/**
 * The table that results from a function over rows or batches; undefined if the function only had
 * side effects (returned nothing).
 *
 * @throws MapError, FeatureError
 */
export async function mapTable(request: MapRequest): Promise<Table | undefined> {
  const { table, length, batchSize, removed, label } = request;
  for (const name of removed) findColumn(table, name, 'map, removeColumns');
  const removedNames = new Set(removed);
  const kept = [...table.keys()].filter((name) => !removedNames.has(name));
  const chunks = new Map<string, Column[]>();
  let newNames: string[] | undefined;
  let returnsNothing = false;
  let rows = 0;
  const progress = progressLine({ label, total: length, unit: 'examples' });
  const work = new LongWork();
  try {
    for (let start = 0; start < length; start += batchSize) {
      const end = Math.min(start + batchSize, length);
      const columns = await (request.batched ? callWithBatch(request, start, end) : callWithRows(request, start, end));
      if (columns === undefined ? newNames !== undefined : returnsNothing) {
        throw new MapError(
          `map: the function returned columns for some rows and nothing for others (rows ${start} to ${end - 1})`,
        );
      }
      progress.update(end);
      await work.breathe();
      if (columns === undefined) {
        returnsNothing = true;
        continue;
      }
      const names = [...columns.keys()];
      newNames ??= names;
      if (names.length !== newNames.length || !newNames.every((name) => columns.has(name))) {
        throw new MapError(
          `map: the function returned the columns ${names.join(', ') || 'none'} for rows ${start} to ${end - 1}, and ${newNames.join(', ') || 'none'} before. Return the same ones each time.`,
        );
      }
      rows += readNewLength(
        columns,
        end - start,
        kept.filter((name) => !columns.has(name)),
      );
      for (const [name, values] of columns) {
        const parts = chunks.get(name) ?? [];
        chunks.set(name, parts);
        parts.push(makeColumn(name, values));
      }
    }
  } finally {
    progress.stop();
  }
  if (returnsNothing || !newNames) return undefined;
  const result = new Map<string, Column>();
  const rowsOfChunk = (index: number) =>
    `rows ${index * batchSize} to ${Math.min((index + 1) * batchSize, length) - 1}`;
  // A column that is removed and added again keeps its position, as in datasets.
  for (const [name, column] of table) if (!removedNames.has(name) || newNames.includes(name)) result.set(name, column);
  for (const name of newNames)
    result.set(name, keepClasses(name, concatenateColumns(name, chunks.get(name)!, rowsOfChunk), table.get(name)));
  if (rows !== length) for (const name of result.keys()) if (!newNames.includes(name)) result.delete(name);
  return result;
}

/** A replaced class column that still contains valid classes keeps their names. */
function keepClasses(name: string, column: Column, before: Column | undefined): Column {
  if (!(before?.feature instanceof ClassLabel)) return column;
  try {
    return castColumn(name, column, before.feature);
  } catch {
    return column;
  }
}

/** Whether a result is an object of columns, and not an array, a Map or a Dataset. */
const holdsColumns = (result: unknown): result is Readonly<Record<string, unknown>> =>
  typeof result === 'object' && result !== null && !(Symbol.iterator in result);

/**
 * The columns that a function returned; undefined stands for one that was left out.
 *
 * @throws MapError where nothing else came, as from a column that does not exist
 */
function definedEntries(result: object, who: string, table: Table): [string, unknown][] {
  const all = Object.entries(result);
  const defined = all.filter(([, given]) => given !== undefined);
  if (all.length > 0 && defined.length === 0)
    throw new MapError(
      `map: ${who} returned undefined for ${all.map(([name]) => name).join(', ')}; a missing value is null. ` +
        `The columns are ${[...table.keys()].join(', ') || 'none'}.`,
    );
  return defined;
}

async function callWithBatch(
  { table, mapper }: MapRequest,
  start: number,
  end: number,
): Promise<Map<string, ArrayLike<unknown>> | undefined> {
  const batch: Record<string, unknown[]> = {};
  for (const [name, column] of table) {
    setOwn(
      batch,
      name,
      Array.from({ length: end - start }, (_, row) => column.at(start + row)),
    );
  }
  const indices = Array.from({ length: end - start }, (_, row) => start + row);
  const call = async () => (mapper as (batch: unknown, indices: number[]) => unknown)(batch, indices);
  const result = await call().catch((error: unknown) => {
    throw namingRows(error, 'map', table, start, end);
  });
  if (result === undefined || result === null) return undefined;
  if (!holdsColumns(result))
    throw new MapError(`map: the function must return an object of columns; it returned ${shownValue(result)}`);
  const columns = new Map<string, ArrayLike<unknown>>();
  for (const [name, values] of definedEntries(result, 'the function', table)) {
    if (!Array.isArray(values) && !isTypedArray(values)) {
      throw new MapError(
        `map: column '${name}' is ${shownValue(values)}. With batched: true each column must be an array with one value per row.`,
      );
    }
    columns.set(name, values);
  }
  return columns;
}

async function callWithRows(
  { table, mapper }: MapRequest,
  start: number,
  end: number,
): Promise<Map<string, unknown[]> | undefined> {
  const columns = new Map<string, unknown[]>();
  let nothing = 0;
  for (let index = start; index < end; index++) {
    const row: Record<string, unknown> = {};
    for (const [name, column] of table) setOwn(row, name, column.at(index));
    let result: unknown;
    try {
      result = (mapper as (row: unknown, index: number) => unknown)(row, index);
      if (result instanceof Promise) result = await result;
    } catch (error) {
      throw namingRows(error, 'map', table, index, index + 1);
    }
    if (result === undefined || result === null) {
      nothing += 1;
      continue;
    }
    if (!holdsColumns(result))
      throw new MapError(
        `map: the function must return an object with the new columns of row ${index}; it returned ${shownValue(result)}`,
      );
    const entries = definedEntries(result, `row ${index}`, table);
    if (
      index > start &&
      nothing === 0 &&
      (entries.length !== columns.size || !entries.every(([name]) => columns.has(name)))
    ) {
      throw new MapError(
        `map: row ${index} returned the columns ${entries.map(([name]) => name).join(', ')}, the rows before ${[...columns.keys()].join(', ')}. Return the same ones for every row (null for a missing value).`,
      );
    }
    for (const [name, given] of entries) {
      const values = columns.get(name) ?? [];
      columns.set(name, values);
      values.push(given);
    }
  }
  if (nothing === end - start) return undefined;
  if (nothing > 0)
    throw new MapError(
      `map: the function returned columns for some rows and nothing for others (rows ${start} to ${end - 1})`,
    );
  return columns;
}

/** @returns the length of the new columns */
function readNewLength(columns: Map<string, ArrayLike<unknown>>, given: number, kept: readonly string[]): number {
  let first: string | undefined;
  for (const [name, { length }] of columns) {
    first ??= name;
    const expected = columns.get(first)!.length;
    if (length !== expected)
      throw new MapError(
        `map: the returned columns differ in length: '${first}' has ${expected}, '${name}' has ${length}`,
      );
  }
  const length = first === undefined ? given : columns.get(first)!.length;
  if (length !== given && kept.length > 0) {
    throw new MapError(
      `map: the function got ${given} rows and returned ${length} ('${first}'), and the columns kept beside it (${kept.join(', ')}) have ${given}. ` +
        'Return one value per row, or leave the old columns out with removeColumns.',
    );
  }
  return length;
}

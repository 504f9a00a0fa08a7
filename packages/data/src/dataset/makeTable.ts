import { named, requireArgument, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { concatenateColumns } from '../columns/concatenateColumns.ts';
import { makeColumn } from '../columns/makeColumn.ts';
import { DatasetError } from '../errors.ts';
import { ownFeature } from '../features/feature.ts';
import type { Features } from '../features/feature.ts';
import { isList } from '../array/typedArray.ts';
import { shownValue } from '../shownValue.ts';
import { requireDatasetOptions } from '../requireDatasetOptions.ts';
import { makingOptions } from './options.ts';
import { findColumn } from './table.ts';
import type { Table } from './table.ts';

const isPlainObject = (input: unknown): input is Readonly<Record<string, unknown>> =>
  typeof input === 'object' &&
  input !== null &&
  (Object.getPrototypeOf(input) === Object.prototype || Object.getPrototypeOf(input) === null);

const rowList: Kind = { what: 'an array of rows, each an object with a value for each column', holds: Array.isArray };

const columnsObject: Kind = {
  what: 'an object of columns, each an array or a typed array',
  holds: (input) => isPlainObject(input) && Object.values(input).every(isList),
  found: (input) => {
    if (!isPlainObject(input)) return shown(input);
    const [name, wrong] = Object.entries(input).find(([, values]) => !isList(values))!;
    return `${shown(wrong)} for '${name}'`;
  },
};

/** A table from objects. @throws DatasetError, FeatureError */
export function tableOfRows(rows: readonly object[], options: { readonly features?: Features }): Table {
  requireArgument('Dataset.fromRows', 'rows', rows, rowList, DatasetError);
  requireDatasetOptions('Dataset.fromRows', options, makingOptions);
  const names = new Set<string>();
  for (const [index, row] of rows.entries()) {
    if (!named.holds(row))
      throw new DatasetError(
        `fromRows: row ${index} must be an object with a value for each column; got ${shownValue(row)}`,
      );
    for (const name of Object.keys(row)) names.add(name);
  }
  const { features = {} } = options;
  if (rows.length === 0) for (const name of Object.keys(features)) names.add(name);
  const valueOf = (row: object, name: string) =>
    Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : undefined;
  return tableOf(
    [...names].map((name) => [name, rows.map((row) => valueOf(row, name))]),
    features,
  );
}

/** A table from columns. @throws DatasetError, ColumnNotFoundError, FeatureError */
export function tableOfColumns(
  columns: Readonly<Record<string, ArrayLike<unknown>>>,
  options: { readonly features?: Features },
): Table {
  requireArgument('Dataset.fromColumns', 'columns', columns, columnsObject, DatasetError);
  requireDatasetOptions('Dataset.fromColumns', options, makingOptions);
  return tableOf(Object.entries(columns), options.features);
}

/** @throws ColumnNotFoundError for a type of a column that is not there, FeatureError */
function tableOf(columns: readonly [string, ArrayLike<unknown>][], features: Features = {}): Table {
  const table = new Map(columns.map(([name, values]) => [name, makeColumn(name, values, ownFeature(features, name))]));
  for (const name of Object.keys(features)) findColumn(table, name, 'features');
  return table;
}

/**
 * The rows of several tables of the same columns, one after the other.
 *
 * @param partName name of each table in messages
 * @throws DatasetError, FeatureError
 */
export function concatenateTables(
  tables: readonly Table[],
  partName: (index: number) => string = (index) => `dataset ${index}`,
): Table {
  const [first] = tables;
  if (!first) throw new DatasetError('concatenateDatasets: no dataset was given');
  const names = [...first.keys()];
  for (const [index, table] of tables.entries()) {
    if (table.size === first.size && names.every((name) => table.has(name))) continue;
    throw new DatasetError(
      `Rows with different columns cannot be concatenated: ${partName(index)} has the columns ${[...table.keys()].join(', ') || 'none'}, ${partName(0)} has ${names.join(', ') || 'none'}`,
    );
  }
  return new Map(
    names.map((name) => {
      const columns = tables.map((table) => table.get(name)!);
      return [name, concatenateColumns(name, columns, partName)];
    }),
  );
}

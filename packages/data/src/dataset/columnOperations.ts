import { requireArgument, text } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { castColumn, makeColumn } from '../columns/makeColumn.ts';
import type { Column } from '../columns/column.ts';
import { DatasetError } from '../errors.ts';
import { featuresKind } from '../features/feature.ts';
import type { Feature, Features } from '../features/feature.ts';
import { isList } from '../array/typedArray.ts';
import { requireDatasetOptions } from '../requireDatasetOptions.ts';
import { addColumnOptions } from './options.ts';
import { findColumn } from './table.ts';
import type { Table } from './table.ts';

const newNames: Kind = {
  what: "an object of new names by old, as { label: 'labels' }",
  holds: (input) =>
    typeof input === 'object' &&
    input !== null &&
    !Array.isArray(input) &&
    Object.values(input).every((name) => typeof name === 'string'),
};

/** @throws ColumnNotFoundError, DatasetError when two columns would have one name */
export function renamedColumns(table: Table, names: Readonly<Record<string, string>>): Table {
  requireArgument('renameColumns', 'names', names, newNames, DatasetError);
  for (const name of Object.keys(names)) findColumn(table, name, 'renameColumns');
  const renamed = new Map<string, Column>();
  for (const [name, column] of table) {
    const own = Object.hasOwn(names, name) ? names[name]! : name;
    if (own === '' && name !== '') throw new DatasetError(`renameColumns: the new name of '${name}' is empty`);
    if (renamed.has(own)) throw new DatasetError(`renameColumns: two columns would be called '${own}'`);
    renamed.set(own, column);
  }
  return renamed;
}

const newColumn: Kind = { what: 'an array or a typed array', holds: isList };

/** @throws DatasetError when the column exists or has another length */
export function withColumn(
  table: Table,
  length: number,
  name: string,
  values: ArrayLike<unknown>,
  options: { readonly feature?: Feature },
): Table {
  requireArgument('addColumn', 'name', name, text, DatasetError);
  requireArgument('addColumn', 'values', values, newColumn, DatasetError);
  requireDatasetOptions('addColumn', options, addColumnOptions);
  if (table.has(name))
    throw new DatasetError(`addColumn: there is a column '${name}' already. Remove or rename it first.`);
  if (values.length !== length && table.size > 0)
    throw new DatasetError(`addColumn: '${name}' has ${values.length} values; the dataset has ${length} rows`);
  return new Map(table).set(name, makeColumn(name, values, options.feature));
}

/**
 * Columns as other types; those not named stay.
 *
 * @throws DatasetError, FeatureError for a value that does not fit
 */
export function castColumns(table: Table, features: Features): Table {
  requireArgument('cast', 'features', features, featuresKind, DatasetError);
  const cast = new Map(table);
  for (const [name, feature] of Object.entries(features))
    cast.set(name, castColumn(name, findColumn(cast, name, 'cast'), feature));
  return cast;
}

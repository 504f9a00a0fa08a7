import { FeatureError } from '../errors.ts';
import { describeFeature, mergeFeatures } from '../features/feature.ts';
import type { Feature } from '../features/feature.ts';
import { ListColumn, NumberColumn, numberStorage, PlainColumn } from './column.ts';
import type { Column } from './column.ts';
import { castColumn, makeColumn } from './makeColumn.ts';

/**
 * Concatenates columns.
 *
 * @param partName name of each part in messages
 * @throws FeatureError when their types cannot be combined
 */
export function concatenateColumns(
  name: string,
  columns: readonly Column[],
  partName: (index: number) => string,
): Column {
  const [first] = columns;
  if (!first) return makeColumn(name, []);
  if (columns.length === 1) return first;
  let feature = first.feature;
  for (const [index, column] of columns.entries()) {
    // The type of an empty column does not count.
    const merged = column.length === 0 && column !== first ? feature : mergeFeatures(feature, column.feature);
    if (!merged)
      throw new FeatureError(
        `Column '${name}' is ${describeFeature(column.feature)} in ${partName(index)} and ${describeFeature(feature)} in ${partName(0)}${index > 1 ? ' and those after it' : ''}. Cast one of them first.`,
      );
    feature = merged;
  }
  const cast = columns.filter(({ length }) => length > 0).map((column) => castColumn(name, column, feature));
  if (cast.every((column) => column instanceof NumberColumn)) return concatenateNumbers(feature, cast);
  if (cast.every((column) => column instanceof ListColumn)) return concatenateLists(name, cast, partName);
  return new PlainColumn(
    feature,
    cast.flatMap((column) => (column as PlainColumn).values),
  );
}

const rowsOf = (columns: readonly Column[]) => columns.reduce((sum, { length }) => sum + length, 0);

function concatenateNumbers(feature: Feature, columns: readonly NumberColumn[]): NumberColumn {
  const values = numberStorage(feature, rowsOf(columns));
  let row = 0;
  for (const column of columns) {
    values.set(column.values, row);
    row += column.length;
  }
  return new NumberColumn(feature, values, concatenateMissing(columns));
}

function concatenateLists(
  name: string,
  columns: readonly ListColumn[],
  partName: (index: number) => string,
): ListColumn {
  const offsets = new Int32Array(rowsOf(columns) + 1);
  let row = 0;
  for (const column of columns) {
    const base = offsets[row]!;
    for (let own = 1; own <= column.length; own++) offsets[row + own] = base + column.offsets[own]!;
    row += column.length;
  }
  const items = columns.map((column) => column.items);
  return new ListColumn(offsets, concatenateColumns(name, items, partName), concatenateMissing(columns));
}

function concatenateMissing(columns: readonly (NumberColumn | ListColumn)[]): Uint8Array | undefined {
  if (!columns.some((column) => column.missing)) return undefined;
  const missing = new Uint8Array(rowsOf(columns));
  let row = 0;
  for (const column of columns) {
    if (column.missing) missing.set(column.missing, row);
    row += column.length;
  }
  return missing;
}

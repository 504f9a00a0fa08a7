import { nearestName } from '@attune/validate';
import type { Column } from '../columns/column.ts';
import { ColumnNotFoundError, DatasetError } from '../errors.ts';
import { describeFeature } from '../features/feature.ts';
import { shownName } from '../shownValue.ts';

/** Named columns of one length. */
export type Table = ReadonlyMap<string, Column>;

export function findColumn(table: Table, name: string, operation: string): Column {
  const column = table.get(name);
  if (column) return column;
  const names = [...table.keys()];
  const nearest = typeof name === 'string' && nearestName(name, names);
  const hint = nearest ? ` Did you mean '${nearest}'?` : '';
  throw new ColumnNotFoundError(
    `${operation}: there is no column ${shownName(name)}. The columns are ${names.join(', ') || 'none'}.${hint}`,
  );
}

/** @throws DatasetError for a column of lists or objects, which cannot be compared */
export function requireSingle(operation: string, name: string, { feature }: Column): void {
  if (feature.type === 'list' || (feature.type === 'value' && feature.dtype === 'struct'))
    throw new DatasetError(
      `${operation}: '${name}' holds ${describeFeature(feature)}; only single values can be compared`,
    );
}

/** Sets a value of a row or batch, also under the name `__proto__`, which assignment would lose. */
export function setOwn(row: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(row, name, { value, writable: true, enumerable: true, configurable: true });
  else row[name] = value;
}

/** @throws DatasetError when columns differ in length */
export function tableLength(table: Table): number {
  let first: [string, number] | undefined;
  for (const [name, { length }] of table) {
    first ??= [name, length];
    if (length !== first[1])
      throw new DatasetError(`Columns differ in length: '${first[0]}' has ${first[1]} rows, '${name}' has ${length}`);
  }
  return first?.[1] ?? 0;
}

import { arrayOf, object, requireArgument } from '@attune/validate';
import { CollateError } from '../errors.ts';
import type { CollatorRow } from './batch.ts';

const labelNames: readonly string[] = ['label', 'label_ids', 'labels'];

/**
 * The columns of a batch with their names there. `label` and `label_ids` become `labels`; of
 * several such columns only one is used.
 *
 * @param precedence order of precedence: the first of these that the rows have
 */
export function batchColumns(
  rows: readonly CollatorRow[],
  precedence: readonly string[],
): { readonly name: string; readonly key: string }[] {
  const names = Object.keys(rows[0] ?? {});
  const chosen = precedence.find((name) => names.includes(name));
  return names
    .filter((name) => name === chosen || !labelNames.includes(name))
    .map((name) => ({ name, key: name === chosen ? 'labels' : name }));
}

const rowsKind = arrayOf(object, 'rows');

/** @throws CollateError for anything but a list of rows that is not empty */
export function requireRows(where: string, rows: readonly CollatorRow[]): void {
  requireArgument(where, 'rows', rows, rowsKind, CollateError);
  if (rows.length === 0) throw new CollateError('A batch needs at least one row');
}

import type { Table } from './table.ts';

const most = 3;

/**
 * Adds to an error of a user's function which columns have no value in the rows that it was given:
 * the usual reason, and the function itself knows neither columns nor rows.
 */
export function tellMissing(error: unknown, table: Table, start: number, end: number): unknown {
  if (!(error instanceof Error)) return error;
  const missing: string[] = [];
  for (const [name, column] of table) {
    for (let row = start; row < end && missing.length < most; row++) {
      if (column.at(row) !== null) continue;
      missing.push(`column '${name}' has no value in row ${row}`);
      break;
    }
  }
  if (missing.length > 0) {
    error.message += ` Of the dataset, ${missing.join(', ')}. Where empty cells of a file should be empty text, load it with naValues: [].`;
  }
  return error;
}

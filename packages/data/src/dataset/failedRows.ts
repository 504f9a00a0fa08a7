import { isError } from '@attune/validate';

/** Columns by name, with their values. */
type Columns = ReadonlyMap<string, { at(row: number): unknown }>;

const most = 3;

/**
 * Adds to an error of a user's function which rows it got, and the usual reason: columns with
 * missing values there, or where it met undefined, a column that does not exist.
 *
 * @param operation the operation that called the function
 */
export function namingRows(error: unknown, operation: string, columns: Columns, start: number, end: number): unknown {
  if (!isError(error)) return error;
  const rows = end - start === 1 ? `row ${start}` : `rows ${start} to ${end - 1}`;
  const { message } = error;
  const advice = /\bundefined\b/.test(message)
    ? `The columns are ${[...columns.keys()].join(', ')}.`
    : adviceForMissing(columns, start, end);
  try {
    error.message = `${operation}, ${rows}: ${message}${advice && (/[.!?]$/.test(message) ? ' ' : '. ')}${advice}`;
  } catch {
    // An error whose message cannot be changed, such as a DOMException, stays as it is.
  }
  return error;
}

function adviceForMissing(columns: Columns, start: number, end: number): string {
  const missing = missingIn(columns, start, end);
  if (missing.length === 0) return '';
  return `Of the dataset, ${missing.join(', ')}. To read empty cells of a file as empty text, load it with naValues: [].`;
}

function missingIn(columns: Columns, start: number, end: number): string[] {
  const missing: string[] = [];
  for (const [name, column] of columns) {
    for (let row = start; row < end && missing.length < most; row++) {
      if (column.at(row) !== null) continue;
      missing.push(`column '${name}' has no value in row ${row}`);
      break;
    }
  }
  return missing;
}

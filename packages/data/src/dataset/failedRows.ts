import { isError } from '@attune/validate';

/** Columns by name, with their values. */
type Columns = ReadonlyMap<string, { at(row: number): unknown }>;

const most = 3;

/**
 * Adds to an error of a user's function which rows it got, and which columns have missing values
 * there, the usual reason.
 *
 * @param operation the operation that called the function
 */
export function namingRows(error: unknown, operation: string, columns: Columns, start: number, end: number): unknown {
  if (!isError(error)) return error;
  const rows = end - start === 1 ? `row ${start}` : `rows ${start} to ${end - 1}`;
  const missing = missingIn(columns, start, end);
  const advice =
    missing.length > 0
      ? ` Of the dataset, ${missing.join(', ')}. To read empty cells of a file as empty text, load it with naValues: [].`
      : '';
  try {
    error.message = `${operation}, ${rows}: ${error.message}${advice}`;
  } catch {
    // An error whose message cannot be changed, such as a DOMException, stays as it is.
  }
  return error;
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

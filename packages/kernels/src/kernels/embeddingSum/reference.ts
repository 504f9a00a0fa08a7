/** A numeric matrix, row after row. */
type Values = ArrayLike<number>;

/** `output[row] = sum over tables of table[ids[row]]`, `[rows, columns]`. */
export function embeddingSumReference(
  tables: readonly Values[],
  ids: readonly Values[],
  rows: number,
  columns: number,
): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, index) => {
    const row = Math.floor(index / columns);
    return tables.reduce(
      (sum, table, number) =>
        sum + (table[((ids[number] as Values)[row] as number) * columns + (index % columns)] as number),
      0,
    );
  });
}

/**
 * The gradient of a table of `tableRows` rows: row r is the sum of the rows of `gradOutput` whose
 * id is r. Rows with `paddingIndex` are left out.
 */
export function embeddingBackwardReference(
  gradOutput: Values,
  ids: Values,
  rows: number,
  columns: number,
  tableRows: number,
  paddingIndex = -1,
): Float64Array {
  const gradTable = new Float64Array(tableRows * columns);
  for (let row = 0; row < rows; row++) {
    const id = ids[row] as number;
    if (id === paddingIndex) continue;
    for (let column = 0; column < columns; column++) {
      gradTable[id * columns + column] =
        (gradTable[id * columns + column] as number) + (gradOutput[row * columns + column] as number);
    }
  }
  return gradTable;
}

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

interface EmbeddingSizes {
  readonly rows: number;
  readonly columns: number;
  readonly tableRows: number;
  /** An id whose rows are left out. Default: none. */
  readonly paddingIndex?: number | undefined;
}

/**
 * The gradient of a table of `tableRows` rows: row r is the sum of the rows of `gradOutput` whose
 * id is r.
 */
export function embeddingBackwardReference(
  gradOutput: Values,
  ids: Values,
  { rows, columns, tableRows, paddingIndex }: EmbeddingSizes,
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

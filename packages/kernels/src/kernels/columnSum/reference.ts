/** Sum of each column of `input` [rows, columns], in float64. */
export function columnSumReference(input: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const output = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      output[column] = (output[column] as number) + (input[row * columns + column] as number);
  }
  return output;
}

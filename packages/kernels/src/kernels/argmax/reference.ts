/** Index of the greatest value of each row, the first of equals; NaN is the greatest. */
export function argmaxReference(input: ArrayLike<number>, rows: number, columns: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => {
    let greatest = 0;
    for (let column = 1; column < columns; column++) {
      const [best, other] = [input[row * columns + greatest] as number, input[row * columns + column] as number];
      if (!Number.isNaN(best) && (Number.isNaN(other) || other > best)) greatest = column;
    }
    return greatest;
  });
}

/** output[row] = input[indices[row]] */
export function gatherRowsReference(
  input: ArrayLike<number>,
  indices: ArrayLike<number>,
  columns: number,
): Float64Array {
  return Float64Array.from({ length: indices.length * columns }, (_, index) => {
    const row = indices[Math.floor(index / columns)] as number;
    return input[row * columns + (index % columns)] as number;
  });
}

/** output = 0, then output[indices[row]] += input[row] */
export function scatterRowsReference(
  input: ArrayLike<number>,
  indices: ArrayLike<number>,
  { outputRows, columns }: { outputRows: number; columns: number },
): Float64Array {
  const output = new Float64Array(outputRows * columns);
  for (let row = 0; row < indices.length; row++) {
    for (let column = 0; column < columns; column++) {
      const place = (indices[row] as number) * columns + column;
      output[place] = (output[place] as number) + (input[row * columns + column] as number);
    }
  }
  return output;
}

/** Softmax of each row, or its logarithm, in float64. */
export function softmaxReference(input: ArrayLike<number>, rows: number, columns: number, log = false): Float64Array {
  const output = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const values = Array.from({ length: columns }, (_, column) => input[row * columns + column] as number);
    const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0);
    for (const [column, value] of values.entries()) {
      output[row * columns + column] = log ? value - largest - Math.log(sum) : Math.exp(value - largest) / sum;
    }
  }
  return output;
}

/** Gradient of `softmaxReference`, from its result. */
export function softmaxBackwardReference(
  gradOutput: ArrayLike<number>,
  output: ArrayLike<number>,
  rows: number,
  columns: number,
  log = false,
): Float64Array {
  const gradInput = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let index = row * columns; index < (row + 1) * columns; index++)
      sum += (gradOutput[index] as number) * (log ? 1 : (output[index] as number));
    for (let index = row * columns; index < (row + 1) * columns; index++) {
      const gradient = gradOutput[index] as number;
      const value = output[index] as number;
      gradInput[index] = log ? gradient - Math.exp(value) * sum : value * (gradient - sum);
    }
  }
  return gradInput;
}

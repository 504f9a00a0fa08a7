/** A parameter and its state in float64. */
export interface AdafactorReference {
  readonly shape: readonly number[];
  readonly weights: Float64Array;
  /** `[…, rows]` and `[…, columns]`; of fewer than two dimensions `squares`. */
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  readonly squares: Float64Array;
  readonly average: Float64Array;
}

interface Numbers {
  readonly rate: number;
  readonly weightDecay: number;
  readonly beta2: number;
  readonly epsilon: readonly [number, number];
  readonly clipThreshold: number;
  readonly beta1: number | null;
  readonly scaleParameter: boolean;
}

const rootMean = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values, (value) => value * value).reduce((sum, value) => sum + value, 0) / values.length);

/** One update in place, in float64, as `transformers.optimization.Adafactor` defines it. */
export function adafactorReference(one: AdafactorReference, gradients: ArrayLike<number>, numbers: Numbers): void {
  const { weights, average } = one;
  const { weightDecay, epsilon, clipThreshold, beta1, scaleParameter } = numbers;
  const rate = numbers.rate * (scaleParameter ? Math.max(epsilon[1], rootMean(weights)) : 1);
  const steps = stepsOf(one, gradients, numbers);
  const factor = rate / Math.max(1, rootMean(steps) / clipThreshold);
  for (const [index, weight] of weights.entries()) {
    let step = (steps[index] as number) * factor;
    if (beta1 !== null) step = average[index] = beta1 * (average[index] as number) + (1 - beta1) * step;
    weights[index] = weight * (1 - weightDecay * rate) - step;
  }
}

function stepsOf(one: AdafactorReference, gradients: ArrayLike<number>, { beta2, epsilon }: Numbers): Float64Array {
  const { shape, rows, columns, squares, weights } = one;
  const squareOf = (index: number) => (gradients[index] as number) ** 2 + epsilon[0];
  if (shape.length < 2)
    return weights.map((_, index) => {
      const square = (squares[index] = beta2 * (squares[index] as number) + (1 - beta2) * squareOf(index));
      return (gradients[index] as number) / Math.sqrt(square);
    });
  const [width, height] = [shape.at(-1) as number, shape.at(-2) as number];
  const rowOf = (index: number) => Math.floor(index / width);
  const columnOf = (index: number) => Math.floor(index / (width * height)) * width + (index % width);
  const [rowSums, columnSums] = [new Float64Array(rows.length), new Float64Array(columns.length)];
  for (let index = 0; index < weights.length; index++) {
    rowSums[rowOf(index)]! += squareOf(index) / width;
    columnSums[columnOf(index)]! += squareOf(index) / height;
  }
  for (const [row, sum] of rowSums.entries()) rows[row] = beta2 * rows[row]! + (1 - beta2) * sum;
  for (const [column, sum] of columnSums.entries()) columns[column] = beta2 * columns[column]! + (1 - beta2) * sum;
  return weights.map((_, index) => {
    const first = Math.floor(rowOf(index) / height) * height;
    const mean = rows.subarray(first, first + height).reduce((sum, row) => sum + row, 0) / height;
    return (gradients[index] as number) / Math.sqrt((rows[rowOf(index)]! / mean) * columns[columnOf(index)]!);
  });
}

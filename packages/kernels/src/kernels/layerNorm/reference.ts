import { dropoutReference } from '../dropout/reference.ts';
import type { RowDropout } from '../dropout/reference.ts';

/** Options of {@link layerNormReference}. */
export interface LayerNormReferenceOptions {
  /** [rows, columns]. */
  readonly input: ArrayLike<number>;
  /** [rows, columns], added before. Default: none. */
  readonly residual?: ArrayLike<number> | undefined;
  /** Dropout of the input. Default: none. */
  readonly dropout?: RowDropout | undefined;
  /** [columns]. */
  readonly weight: ArrayLike<number>;
  /** [columns]. */
  readonly bias: ArrayLike<number>;
  /** Rows. */
  readonly rows: number;
  /** Elements of a row. */
  readonly columns: number;
  /** Added to the variance. */
  readonly epsilon: number;
}

/**
 * sum = residual + dropout(input); output = (sum - mean) * reciprocalStd * weight + bias, over each
 * row.
 */
export function layerNormReference({
  input,
  residual,
  dropout,
  weight,
  bias,
  rows,
  columns,
  epsilon,
}: LayerNormReferenceOptions): {
  output: Float64Array;
  sum: Float64Array;
  mean: Float64Array;
  reciprocalStd: Float64Array;
} {
  const sum = dropout
    ? dropoutReference(input, { rows, columns, dropout })
    : Float64Array.from(input).slice(0, rows * columns);
  if (residual) sum.forEach((value, index) => (sum[index] = value + (residual[index] as number)));
  const mean = new Float64Array(rows);
  const reciprocalStd = new Float64Array(rows);
  const output = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const values = sum.subarray(row * columns, (row + 1) * columns);
    const average = values.reduce((total, value) => total + value, 0) / columns;
    const variance = values.reduce((total, value) => total + (value - average) ** 2, 0) / columns;
    mean[row] = average;
    reciprocalStd[row] = 1 / Math.sqrt(variance + epsilon);
    values.forEach((value, column) => {
      output[row * columns + column] =
        (value - average) * (reciprocalStd[row] as number) * (weight[column] as number) + (bias[column] as number);
    });
  }
  return { output, sum, mean, reciprocalStd };
}

/** Options of {@link layerNormBackwardReference}. */
export interface LayerNormBackwardReferenceOptions {
  /** [rows, columns]. */
  readonly gradOutput: ArrayLike<number>;
  /** [rows, columns]: what the forward normalised. */
  readonly sum: ArrayLike<number>;
  /** [rows], from the forward. */
  readonly mean: ArrayLike<number>;
  /** [rows], from the forward. */
  readonly reciprocalStd: ArrayLike<number>;
  /** [columns]. */
  readonly weight: ArrayLike<number>;
  /** As in the forward. */
  readonly dropout?: RowDropout | undefined;
  /** Rows. */
  readonly rows: number;
  /** Elements of a row. */
  readonly columns: number;
}

/** Gradients of `layerNormReference`; gradInput is gradSum where nothing was dropped. */
export function layerNormBackwardReference(options: LayerNormBackwardReferenceOptions): {
  gradSum: Float64Array;
  gradInput: Float64Array;
  gradWeight: Float64Array;
  gradBias: Float64Array;
} {
  const { gradOutput, sum, mean, reciprocalStd, weight, dropout, rows, columns } = options;
  const gradSum = new Float64Array(rows * columns);
  const gradWeight = new Float64Array(columns);
  const gradBias = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const scale = reciprocalStd[row] as number;
    const scaled = new Float64Array(columns);
    const normalised = new Float64Array(columns);
    for (let column = 0; column < columns; column++) {
      const index = row * columns + column;
      const gradient = gradOutput[index] as number;
      normalised[column] = ((sum[index] as number) - (mean[row] as number)) * scale;
      scaled[column] = gradient * (weight[column] as number);
      gradWeight[column] = (gradWeight[column] as number) + gradient * (normalised[column] as number);
      gradBias[column] = (gradBias[column] as number) + gradient;
    }
    const meanScaled = scaled.reduce((total, value) => total + value, 0) / columns;
    const meanProduct =
      scaled.reduce((total, value, column) => total + value * (normalised[column] as number), 0) / columns;
    scaled.forEach((value, column) => {
      gradSum[row * columns + column] = scale * (value - meanScaled - (normalised[column] as number) * meanProduct);
    });
  }
  const gradInput = dropout ? dropoutReference(gradSum, { rows, columns, dropout }) : gradSum;
  return { gradSum, gradInput, gradWeight, gradBias };
}

import { geluReference } from '../gelu/reference.ts';

/** Options of {@link gemmReference}. */
export interface GemmReferenceOptions {
  readonly a: ArrayLike<number>;
  readonly b: ArrayLike<number>;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly layout: 'NN' | 'NT' | 'TN';
  readonly batch?:
    | {
        readonly count: number;
        readonly strideA: number;
        readonly strideB: number;
        readonly strideOutput: number;
      }
    | undefined;
  readonly alpha?: number | undefined;
  /** What is added to the product: the output's content of before. */
  readonly added?: ArrayLike<number> | undefined;
  readonly bias?: ArrayLike<number> | undefined;
  readonly activation?: 'gelu' | 'none' | undefined;
}

/**
 * Result of `gemm` in float64; `magnitude` holds, for each element, the sum of the sizes of what
 * was added up.
 */
export interface GemmReferenceResult {
  readonly output: Float64Array;
  readonly preActivation: Float64Array;
  readonly magnitude: Float64Array;
}

/**
 * activation(alpha * a b + bias) + added, in float64. Elements between the matrices of a batch stay
 * as in `added`, or NaN.
 */
export function gemmReference(options: GemmReferenceOptions): GemmReferenceResult {
  const { a, b, m, n, k, layout, alpha = 1, added, bias, activation = 'none' } = options;
  const batch = options.batch ?? { count: 1, strideA: 0, strideB: 0, strideOutput: 0 };
  const length = batch.count === 0 ? 0 : (batch.count - 1) * batch.strideOutput + m * n;
  const output = Float64Array.from({ length }, (_, index) => (added ? (added[index] as number) : NaN));
  const preActivation = new Float64Array(length).fill(NaN);
  const magnitude = new Float64Array(length);
  for (let number = 0; number < batch.count; number++) {
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let sum = 0;
        let size = 0;
        for (let inner = 0; inner < k; inner++) {
          const left = a[number * batch.strideA + (layout === 'TN' ? inner * m + row : row * k + inner)] as number;
          const right = b[
            number * batch.strideB + (layout === 'NT' ? column * k + inner : inner * n + column)
          ] as number;
          sum += left * right;
          size += Math.abs(left * right);
        }
        const place = number * batch.strideOutput + row * n + column;
        const before = alpha * sum + (bias ? (bias[column] as number) : 0);
        preActivation[place] = before;
        output[place] =
          (activation === 'gelu' ? (geluReference([before])[0] as number) : before) +
          (added ? (added[place] as number) : 0);
        magnitude[place] =
          Math.abs(alpha) * size +
          Math.abs(bias ? (bias[column] as number) : 0) +
          Math.abs(added ? (added[place] as number) : 0);
      }
    }
  }
  return { output, preActivation, magnitude };
}

import { geluBackwardReference, geluReference } from '../gelu/reference.ts';

/** Options of {@link gemmReference}. */
export interface GemmReferenceOptions {
  /** `[m, k]`, or `[k, m]` for layout TN. */
  readonly a: ArrayLike<number>;
  /** `[k, n]`, or `[n, k]` for layout NT. */
  readonly b: ArrayLike<number>;
  /** Rows of the output. */
  readonly m: number;
  /** Columns of the output. */
  readonly n: number;
  /** Inner dimension. */
  readonly k: number;
  /** Which operand is transposed. */
  readonly layout: 'NN' | 'NT' | 'TN';
  /** A batch of products. Default: one. */
  readonly batch?:
    | {
        /** Number of matrices. */
        readonly count: number;
        /** Elements from one `a` to the next. */
        readonly strideA: number;
        /** Elements from one `b` to the next. */
        readonly strideB: number;
        /** Elements from one output to the next. */
        readonly strideOutput: number;
      }
    | undefined;
  /** Factor of the product. Default 1. */
  readonly alpha?: number | undefined;
  /** Previous content of the output, which is added to the product. */
  readonly added?: ArrayLike<number> | undefined;
  /** `[n]`, added to each row. Default: none. */
  readonly bias?: ArrayLike<number> | undefined;
  /** Applied to product and bias. Default `none`. */
  readonly activation?: 'gelu' | 'geluBackward' | 'none' | undefined;
  /** What `geluBackward` takes the derivative of GELU at. */
  readonly preActivation?: ArrayLike<number> | undefined;
}

/**
 * Result of `gemm` in float64; `magnitude` holds the sum of the absolute values that were added up
 * for each element.
 */
export interface GemmReferenceResult {
  /** `[m, n]`. */
  readonly output: Float64Array;
  /** `[m, n]`: what the activation is applied to. */
  readonly preActivation: Float64Array;
  /** `[m, n]`: sums of absolute values, for bounds of the error. */
  readonly magnitude: Float64Array;
}

/**
 * activation(alpha * a b + bias) + added, in float64. Elements between the matrices of a batch keep
 * the values of `added`, or are NaN.
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
        const at = options.preActivation?.[place] as number;
        const activated = {
          none: () => before,
          gelu: () => geluReference([before])[0] as number,
          geluBackward: () => geluBackwardReference([before], [at])[0] as number,
        }[activation]();
        output[place] = activated + (added ? (added[place] as number) : 0);
        magnitude[place] =
          Math.abs(alpha) * size +
          Math.abs(bias ? (bias[column] as number) : 0) +
          Math.abs(added ? (added[place] as number) : 0);
      }
    }
  }
  return { output, preActivation, magnitude };
}

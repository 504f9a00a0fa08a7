import { optional } from '@attune/validate';
import type { Tensor } from '../../tensor.ts';
import { realNumber } from '../checks.ts';
import { reductionKinds, reduced } from './reductionArguments.ts';
import type { Dims, ReductionCall, ReductionOptions } from './reductionArguments.ts';
import type { ReductionPlan } from './recordReduction.ts';
import type { Floats } from '../operands.ts';
import type { DType } from '../../dtypes.ts';

/** Options of `variance` and `std`. */
export interface VarianceOptions extends ReductionOptions {
  /** Subtracted from the number of elements in the divisor. Default 1. */
  readonly correction?: number | undefined;
}

const unbiased = 'it is correction: 1 or 0';
const varianceOptions = {
  optionKinds: { ...reductionKinds, correction: optional(realNumber) },
  otherNames: { unbiased, ddof: unbiased },
};

/** The variance, or its root. */
function varianceOrRoot(operation: 'variance' | 'std', call: ReductionCall<VarianceOptions>): Tensor<'f32'> {
  const { input, dim, options } = call;
  const isRoot = operation === 'std';
  const degrees = (count: number) => count - (options.correction ?? 1);
  const divisor = (count: number) => Math.max(0, degrees(count));
  // As in PyTorch: a divisor below 0 counts where a dimension is named.
  const isWhole = () => (dim ?? null) === null || input.shape.length === 0;
  const plan: ReductionPlan = {
    operation,
    member: isRoot ? 'deviation' : 'variance',
    gradient: isRoot ? 'deviation' : 'variance',
    // The rounded mean of equal elements is another number, and would give them a gradient.
    center: { member: 'sum', factor: (count) => 1 / count, again: 'mean' },
    factor: (count) => 1 / divisor(count),
    gradientFactor: (count) => (isRoot ? 1 : 2) / (isWhole() ? divisor : degrees)(count),
    values: (_, { output, center }) => ({ first: center, ...(isRoot && { second: output }) }),
  };
  return reduced(plan, call, varianceOptions);
}

/**
 * Variance over dimensions, f32: `Σ (x - mean)² / (n - correction)`. As `torch.var`; `var` is a
 * reserved word. The gradient is multiplied by `2 (x - mean) / (n - correction)`.
 *
 * @throws ShapeError, TensorError
 */
export function variance<D extends DType>(input: Floats<D>, dim?: Dims, options: VarianceOptions = {}): Tensor<'f32'> {
  return varianceOrRoot('variance', { input, dim, options, given: arguments });
}

/**
 * Standard deviation over dimensions, f32: the root of `variance`. Where it is 0, so is the
 * gradient. As `torch.std`.
 *
 * @throws ShapeError, TensorError
 */
export function std<D extends DType>(input: Floats<D>, dim?: Dims, options: VarianceOptions = {}): Tensor<'f32'> {
  return varianceOrRoot('std', { input, dim, options, given: arguments });
}

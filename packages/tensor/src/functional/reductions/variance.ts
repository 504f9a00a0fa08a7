import { optional } from '@attune/validate';
import type { Tensor } from '../../tensor.ts';
import { realNumber } from '../checks.ts';
import { reductionKinds, reduced } from './reductionArguments.ts';
import type { Dims, ReductionOptions } from './reductionArguments.ts';
import type { ReductionPlan } from './recordReduction.ts';
import type { Floats } from '../operands.ts';
import type { DType } from '../../dtypes.ts';

/** Options of `variance` and `std`. */
export interface VarianceOptions extends ReductionOptions {
  /** Subtracted from the number of elements in the divisor. Default 1. */
  readonly correction?: number | undefined;
}

/** Options of `norm`. */
export interface NormOptions extends ReductionOptions {
  /** The exponent; may be Infinity, -Infinity or 0. Default 2. */
  readonly p?: number | undefined;
}

const varianceKinds = { ...reductionKinds, correction: optional(realNumber) };
const unbiased = 'it is correction: 1 or 0';
const varianceNames = { unbiased, ddof: unbiased };
const normKinds = { ...reductionKinds, p: optional(realNumber) };

function spread(
  operation: 'variance' | 'std',
  input: Tensor,
  dim: Dims | undefined,
  options: VarianceOptions,
  given: ArrayLike<unknown>,
): Tensor<'f32'> {
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
  return reduced(plan, input, dim, options, given, varianceKinds, varianceNames);
}

/**
 * Variance over dimensions, f32: `Σ (x - mean)² / (n - correction)`. As `torch.var`; `var` is a
 * reserved word. The gradient is multiplied by `2 (x - mean) / (n - correction)`.
 *
 * @throws ShapeError, TensorError
 */
export function variance<D extends DType>(input: Floats<D>, dim?: Dims, options: VarianceOptions = {}): Tensor<'f32'> {
  return spread('variance', input, dim, options, arguments);
}

/**
 * Standard deviation over dimensions, f32: the root of `variance`. Where it is 0, so is the
 * gradient. As `torch.std`.
 *
 * @throws ShapeError, TensorError
 */
export function std<D extends DType>(input: Floats<D>, dim?: Dims, options: VarianceOptions = {}): Tensor<'f32'> {
  return spread('std', input, dim, options, arguments);
}

/**
 * `(Σ |x|^p)^(1/p)` over dimensions, f32; for p = ±Infinity the greatest or least magnitude, for p
 * = 0 the number of nonzero elements. As `torch.linalg.vector_norm`. The gradient is that of
 * PyTorch: 0 where the norm is 0.
 *
 * @throws ShapeError for no elements where p is negative or Infinity, TensorError
 */
export function norm<D extends DType>(input: Floats<D>, dim?: Dims, options: NormOptions = {}): Tensor<'f32'> {
  return reduced(normPlan(options?.p ?? 2), input, dim, options, arguments, normKinds, { ord: 'it is called p' });
}

function normPlan(power: number): ReductionPlan {
  const byNorm: Pick<ReductionPlan, 'operation' | 'values'> = {
    operation: 'norm',
    values: (_, { output }) => ({ first: output }),
  };
  if (power === 0) return { ...byNorm, member: 'nonZeros', gradient: null };
  if (power === 1) return { operation: 'norm', member: 'absoluteSum', gradient: 'absoluteSum', values: () => ({}) };
  if (power === 2) return { ...byNorm, member: 'euclidean', gradient: 'euclidean' };
  if (Number.isFinite(power))
    return { ...byNorm, member: 'powers', gradient: 'powers', power, needsElements: power < 0 };
  return {
    operation: 'norm',
    member: power > 0 ? 'absoluteMaximum' : 'absoluteMinimum',
    gradient: 'absoluteExtremum',
    needsElements: true,
    values: (run, { output }) => ({ first: output, second: run({ member: 'absoluteEquals', center: output }) }),
  };
}

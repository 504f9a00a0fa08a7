import { argReduce, columnSum } from '@attune/kernels';
import { flag, optional, requireArgument } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { operationResult } from '../autograd/operation.ts';
import { ShapeError, TensorError } from '../errors.ts';
import { formatShape, sizeOf } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import { requireAxes, requireAxis, withoutAxes } from './axes.ts';
import { cast } from './cast.ts';
import { realNumber, requireFloats, requireGivenOptions, requireTensor } from './checks.ts';
import { recordReduce, reduction, rowsOf, spread } from './reduction.ts';
import type { ReductionPlan } from './reduction.ts';
import { gathered } from './strided.ts';
import { scale } from './unary.ts';
import { isFloat } from '../dtypes.ts';
import type { DType, SumOf } from '../dtypes.ts';

/** Dimensions that a reduction takes together: one, several, or all where none is named. */
export type Dims = number | readonly number[] | null;

/** Options of every reduction. */
export interface ReductionOptions {
  /** Whether reduced dimensions stay, with an extent of 1. Default false. */
  readonly keepDim?: boolean | undefined;
}

/** Options of `variance` and `std`. */
export interface VarianceOptions extends ReductionOptions {
  /** What is taken from the number of elements before it divides. Default 1. */
  readonly correction?: number | undefined;
}

/** Options of `norm`. */
export interface NormOptions extends ReductionOptions {
  /** The exponent; Infinity, -Infinity and 0 too. Default 2. */
  readonly p?: number | undefined;
}

const kinds = { keepDim: optional(flag) };
const varianceKinds = { ...kinds, correction: optional(realNumber) };
const normKinds = { ...kinds, p: optional(realNumber) };

const wholeSum: ReductionPlan = { operation: 'sum', member: 'sum', gradient: null, result: 'as sums' };

/**
 * Sum over dimensions, f32 of floats, in a fixed order; i32 of bool, and whole numbers of their
 * type, which wrap beyond 32 bits. As `torch.sum`, whose sums have 64. Each element gets the
 * gradient of its sum.
 *
 * @throws ShapeError, TensorError
 */
export function sum<D extends DType>(input: Tensor<D>, dim?: Dims, options: ReductionOptions = {}): Tensor<SumOf<D>> {
  requireTensor('sum', 'input', input);
  if (!isFloat(input.dtype)) return reduced(wholeSum, input, dim, options);
  requireGivenOptions('sum', options, kinds);
  const { device, shape } = input;
  const axes = axesOf('sum', input, dim);
  const isAll = axes.length === shape.length;
  const array = isAll ? device.allocate('f32', 1, 'sum') : recordReduce(input, axes, { member: 'sum' });
  if (isAll) columnSum(device, { input: input.array, output: array, rows: input.size, columns: 1 });
  return operationResult({
    operation: 'sum',
    inputs: [input],
    array,
    shape: withoutAxes(shape, axes, options.keepDim === true),
    backward: (gradients) =>
      gradients.add(input, (gradInput) => spread(device, gradients.output, gradInput, shape, axes)),
  });
}

/**
 * Mean over dimensions, f32; NaN of no elements. As `torch.mean`. Each element gets its part of the
 * gradient.
 *
 * @throws ShapeError, TensorError of whole numbers and bool, which have none: `cast()` them
 */
export function mean(input: Tensor, dim?: Dims, options: ReductionOptions = {}): Tensor<'f32'> {
  requireFloats('mean', 'input', input);
  requireGivenOptions('mean', options, kinds);
  const axes = axesOf('mean', input, dim);
  const count = sizeOf(axes.map((axis) => input.shape[axis] as number));
  return scale(sum(input as Tensor<'f32'>, dim, options), 1 / count);
}

const product: ReductionPlan = {
  operation: 'prod',
  member: 'product',
  gradient: 'product',
  result: 'as sums',
};

/**
 * Product over dimensions, f32 of floats; i32 of bool, and whole numbers of their type, which wrap.
 * As `torch.prod`, of several dimensions too. The gradient is multiplied by the product of the
 * others, exactly where some are 0 too.
 *
 * @throws ShapeError, TensorError
 */
export function prod<D extends DType>(input: Tensor<D>, dim?: Dims, options: ReductionOptions = {}): Tensor<SumOf<D>> {
  return reduced(product, input, dim, options);
}

const extremum = (operation: string, member: 'maximum' | 'minimum'): ReductionPlan => ({
  operation,
  member,
  gradient: 'extremum',
  needsElements: true,
  result: 'as input',
  values: (run, { output }) => ({ first: output, second: run({ member: 'equals', center: output }) }),
});
const maximum = extremum('max', 'maximum');
const minimum = extremum('min', 'minimum');

/**
 * The greatest over dimensions, of the input's type, any; NaN where there is one. Elements that are equal
 * share the gradient. As `torch.amax`; `argMax` gives the places.
 *
 * @throws ShapeError of no elements, TensorError
 */
export function max<D extends DType>(input: Tensor<D>, dim?: Dims, options: ReductionOptions = {}): Tensor<D> {
  return reduced(maximum, input, dim, options);
}

/**
 * The least over dimensions, as `max`. As `torch.amin`. Of the type of `input`, any; elements that are
 * equal share the gradient.
 *
 * @throws ShapeError of no elements, TensorError
 */
export function min<D extends DType>(input: Tensor<D>, dim?: Dims, options: ReductionOptions = {}): Tensor<D> {
  return reduced(minimum, input, dim, options);
}

const logarithm: ReductionPlan = {
  operation: 'logSumExp',
  member: 'logSumExp',
  gradient: 'logSumExp',
  center: { member: 'maximum' },
  values: (_, { output }) => ({ first: output }),
};

/**
 * `log Σ exp(x)` over dimensions, f32, of whole numbers too, without overflow; -Infinity of no
 * elements. As `torch.logsumexp`. The gradient is multiplied by the softmax over these dimensions.
 *
 * @throws ShapeError, TensorError
 */
export function logSumExp(input: Tensor, dim?: Dims, options: ReductionOptions = {}): Tensor<'f32'> {
  requireTensor('logSumExp', 'input', input);
  return reduced(logarithm, isFloat(input.dtype) ? input : cast(input, 'f32'), dim, options);
}

function spreadPlan(operation: string, isRoot: boolean, correction: number): ReductionPlan {
  const divisor = (count: number) => Math.max(0, count - correction);
  return {
    operation,
    member: isRoot ? 'deviation' : 'variance',
    gradient: isRoot ? 'deviation' : 'variance',
    center: { member: 'sum', factor: (count) => 1 / count },
    factor: (count) => 1 / divisor(count),
    gradientFactor: (count) => (isRoot ? 1 : 2) / (count - correction),
    values: (_, { output, center }) => ({ first: center, ...(isRoot && { second: output }) }),
  };
}

/**
 * Variance over dimensions, f32: `Σ (x - mean)² / (n - correction)`. As `torch.var`, whose name is
 * taken in JavaScript. The gradient is multiplied by `2 (x - mean) / (n - correction)`.
 *
 * @throws ShapeError, TensorError
 */
export function variance(input: Tensor, dim?: Dims, options: VarianceOptions = {}): Tensor<'f32'> {
  requireGivenOptions('variance', options, varianceKinds);
  return reduced(spreadPlan('variance', false, options.correction ?? 1), input, dim, options, varianceKinds);
}

/**
 * Standard deviation over dimensions, f32: the root of `variance`. Where it is 0, so is the
 * gradient. As `torch.std`.
 *
 * @throws ShapeError, TensorError
 */
export function std(input: Tensor, dim?: Dims, options: VarianceOptions = {}): Tensor<'f32'> {
  requireGivenOptions('std', options, varianceKinds);
  return reduced(spreadPlan('std', true, options.correction ?? 1), input, dim, options, varianceKinds);
}

/**
 * `(Σ |x|^p)^(1/p)` over dimensions, f32; the greatest or least magnitude for p = ±Infinity, how
 * many are not 0 for p = 0. As `torch.linalg.vector_norm`. The gradient is that of PyTorch: 0 where
 * the norm is 0.
 *
 * @throws ShapeError of no elements where p is negative or Infinity, TensorError
 */
export function norm(input: Tensor, dim?: Dims, options: NormOptions = {}): Tensor<'f32'> {
  requireGivenOptions('norm', options, normKinds);
  return reduced(normPlan(options.p ?? 2), input, dim, options, normKinds);
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

const anyPlan: ReductionPlan = { operation: 'any', member: 'any', gradient: null, result: 'bool' };
const allPlan: ReductionPlan = { ...anyPlan, operation: 'all', member: 'all' };

/**
 * Whether some element is not 0, bool; NaN is not 0. Any element type; no gradient. As
 * `torch.any`.
 *
 * @throws ShapeError, TensorError
 */
export function any(input: Tensor, dim?: Dims, options: ReductionOptions = {}): Tensor<'bool'> {
  return reduced(anyPlan, input, dim, options);
}

/**
 * Whether no element is 0, as `any`. As `torch.all`. bool, of any element type; no gradient.
 *
 * @throws ShapeError, TensorError
 */
export function all(input: Tensor, dim?: Dims, options: ReductionOptions = {}): Tensor<'bool'> {
  return reduced(allPlan, input, dim, options);
}

/**
 * Number of the greatest along a dimension, i32, the first of several, or in the flat tensor where
 * none is named; NaN is greatest. Any element type; no gradient. As `torch.argmax`.
 *
 * @throws ShapeError of no elements, TensorError
 */
export function argMax(input: Tensor, dim?: number | null, options: ReductionOptions = {}): Tensor<'i32'> {
  return numberOf('argMax', false, input, dim, options);
}

/**
 * Number of the least, as `argMax`; NaN is least. As `torch.argmin`. i32; no gradient.
 *
 * @throws ShapeError of no elements, TensorError
 */
export function argMin(input: Tensor, dim?: number | null, options: ReductionOptions = {}): Tensor<'i32'> {
  return numberOf('argMin', true, input, dim, options);
}

function numberOf(
  operation: string,
  least: boolean,
  input: Tensor,
  dim: number | null | undefined,
  options: ReductionOptions,
): Tensor<'i32'> {
  requireTensor(operation, 'input', input);
  requireGivenOptions(operation, options, kinds);
  const { device, shape } = input;
  const axes =
    dim === undefined || dim === null
      ? [...shape.keys()]
      : [requireAxis(operation, 'dim', dim, shape)].filter((axis) => axis < shape.length);
  requireElements(operation, input, axes);
  const layout = gathered(device, input.array, shape, axes);
  const array = device.allocate('i32', rowsOf(layout), operation);
  argReduce(device, { ...layout, output: array, least });
  return new Tensor({ array, shape: withoutAxes(shape, axes, options.keepDim === true), device });
}

function reduced<D extends DType>(
  plan: ReductionPlan,
  input: Tensor,
  dim: Dims | undefined,
  options: ReductionOptions,
  optionKinds: Readonly<Record<string, Kind>> = kinds,
): Tensor<D> {
  if (plan.result) requireTensor(plan.operation, 'input', input);
  else requireFloats(plan.operation, 'input', input);
  requireGivenOptions(plan.operation, options, optionKinds);
  const axes = axesOf(plan.operation, input, dim);
  if (plan.needsElements) requireElements(plan.operation, input, axes);
  return reduction(plan, input, axes, options.keepDim === true);
}

const dimsKind: Kind = {
  optional: true,
  what: 'a dimension, an array of them, or null for all',
  holds: (value) => value === undefined || value === null || typeof value === 'number' || Array.isArray(value),
};

/** No dimension named means all of them, as in PyTorch. */
function axesOf(operation: string, input: Tensor, dim: Dims | undefined): number[] {
  requireArgument(operation, 'dim', dim, dimsKind, TensorError);
  const named = Array.isArray(dim) && dim.length === 0 ? null : dim;
  return requireAxes(operation, 'dim', named, input.shape);
}

function requireElements(operation: string, { shape }: Tensor, axes: readonly number[]): void {
  if (axes.some((axis) => shape[axis] === 0))
    throw new ShapeError(
      `${operation}: the dimensions [${axes.join(', ')}] of ${formatShape(shape)} have no elements to choose from`,
    );
}

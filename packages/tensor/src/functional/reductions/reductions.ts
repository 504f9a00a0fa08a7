import { columnSum } from '@attune/kernels';
import { operationResult } from '../../autograd/operation.ts';
import { sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { withoutAxes } from '../axes.ts';
import { cast } from '../elementwise/cast.ts';
import { requireFloats, requireGivenOptions, requireTensor } from '../checks.ts';
import { axesOf, reductionKinds, reduced } from './reductionArguments.ts';
import type { Dims, ReductionOptions } from './reductionArguments.ts';
import { recordReduce, spread } from './recordReduction.ts';
import type { ReductionPlan } from './recordReduction.ts';
import { isFloat } from '../../dtypes.ts';
import type { DType, SumOf } from '../../dtypes.ts';

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
  return scaledSum('sum', input, dim, options, () => 1);
}

/**
 * Mean over dimensions, f32; NaN of no elements. As `torch.mean`. Each element gets its part of the
 * gradient.
 *
 * @throws ShapeError, TensorError of whole numbers and bool, which have none: `cast()` them
 */
export function mean(input: Tensor, dim?: Dims, options: ReductionOptions = {}): Tensor<'f32'> {
  requireFloats('mean', 'input', input);
  return scaledSum('mean', input, dim, options, (count) => 1 / count);
}

/** The sum of floats times a factor, which is of how many become one. */
function scaledSum<D extends DType>(
  operation: string,
  input: Tensor,
  dim: Dims | undefined,
  options: ReductionOptions,
  factorOf: (count: number) => number,
): Tensor<D> {
  requireGivenOptions(operation, options, reductionKinds);
  const { device, shape } = input;
  const axes = axesOf(operation, input, dim);
  const factor = factorOf(sizeOf(axes.map((axis) => shape[axis] as number)));
  const isAll = axes.length === shape.length;
  const array = isAll ? device.allocate('f32', 1, operation) : recordReduce(input, axes, { member: 'sum', factor });
  if (isAll) columnSum(device, { input: input.array, output: array, rows: input.size, columns: 1, factor });
  return operationResult({
    operation,
    inputs: [input],
    array,
    shape: withoutAxes(shape, axes, options.keepDim === true),
    backward: (gradients) =>
      gradients.add(input, (output) => spread(device, { input: gradients.output, output, factor }, shape, axes)),
  });
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
 * The greatest over dimensions, of the input's type, any; NaN where there is one. Elements that are
 * equal share the gradient. As `torch.amax`; `argMax` gives the places.
 *
 * @throws ShapeError of no elements, TensorError
 */
export function max<D extends DType>(input: Tensor<D>, dim?: Dims, options: ReductionOptions = {}): Tensor<D> {
  return reduced(maximum, input, dim, options);
}

/**
 * The least over dimensions, as `max`. As `torch.amin`. Of the type of `input`, any; elements that
 * are equal share the gradient.
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

import { columnSum } from '@attune/kernels';
import { operationResult } from '../../autograd/operation.ts';
import { sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { withoutAxes } from '../axes.ts';
import { cast } from '../elementwise/cast.ts';
import { requireFloats, requireGivenOptions, requireTensor } from '../checks.ts';
import { axesOf, reductionKinds, reduced } from './reductionArguments.ts';
import type { Dims, ReductionCall, ReductionOptions } from './reductionArguments.ts';
import { recordReduce, spread } from './recordReduction.ts';
import type { ReductionPlan } from './recordReduction.ts';
import { isFloat } from '../../dtypes.ts';
import type { DType, SumOf } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Floats } from '../operands.ts';

const wholeSum: ReductionPlan = { operation: 'sum', member: 'sum', gradient: null, result: 'as sums' };

/**
 * Sum over dimensions, in a fixed order: f32 for floats, i32 for bool; whole numbers keep their
 * type and wrap at 32 bits. As `torch.sum`, which has 64 bits. Each element gets the gradient of
 * its sum.
 *
 * @throws ShapeError, TensorError
 */
export function sum<D extends DType>(input: Tensor<D>, dim?: Dims, options: ReductionOptions = {}): Tensor<SumOf<D>> {
  requireAtMost('sum', 3, arguments, reductionKinds);
  requireTensor('sum', 'input', input);
  if (!isFloat(input.dtype)) return reduced(wholeSum, { input, dim, options, given: arguments });
  return scaledSum('sum', { input, dim, options }, () => 1);
}

/**
 * Mean over dimensions, f32; NaN for no elements. As `torch.mean`. Each element gets its share of
 * the gradient.
 *
 * @throws ShapeError, and TensorError for whole numbers and bool: `cast()` them first
 */
export function mean<D extends DType>(input: Floats<D>, dim?: Dims, options: ReductionOptions = {}): Tensor<'f32'> {
  requireAtMost('mean', 3, arguments, reductionKinds);
  requireFloats('mean', 'input', input);
  return scaledSum('mean', { input, dim, options }, (count) => 1 / count);
}

/** The sum of floats times a factor, a function of how many elements become one. */
function scaledSum<D extends DType>(
  operation: string,
  { input, dim, options }: Omit<ReductionCall, 'given'>,
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
 * Product over dimensions: f32 for floats, i32 for bool; whole numbers keep their type and wrap. As
 * `torch.prod`, also over several dimensions. The gradient is multiplied by the product of the
 * other elements, which is exact where some are 0.
 *
 * @throws ShapeError, TensorError
 */
export function prod<D extends DType>(input: Tensor<D>, dim?: Dims, options: ReductionOptions = {}): Tensor<SumOf<D>> {
  return reduced(product, { input, dim, options, given: arguments });
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
 * The greatest element over dimensions, of the input's type, any; NaN where there is one. Equal
 * elements share the gradient. As `torch.amax`; `argMax` returns the index.
 *
 * @throws ShapeError for no elements, TensorError
 */
export function max<D extends DType>(input: Tensor<D>, dim?: Dims, options: ReductionOptions = {}): Tensor<D> {
  return reduced(maximum, { input, dim, options, given: arguments });
}

/**
 * The least element over dimensions, of the input's type, any, as `max`. Equal elements share the
 * gradient. As `torch.amin`.
 *
 * @throws ShapeError for no elements, TensorError
 */
export function min<D extends DType>(input: Tensor<D>, dim?: Dims, options: ReductionOptions = {}): Tensor<D> {
  return reduced(minimum, { input, dim, options, given: arguments });
}

const logarithm: ReductionPlan = {
  operation: 'logSumExp',
  member: 'logSumExp',
  gradient: 'logSumExp',
  center: { member: 'maximum' },
  values: (_, { output }) => ({ first: output }),
};

/**
 * `log Σ exp(x)` over dimensions, f32, also for whole numbers, without overflow; -Infinity for no
 * elements. As `torch.logsumexp`. The gradient is multiplied by the softmax over these dimensions.
 *
 * @throws ShapeError, TensorError
 */
export function logSumExp(input: Tensor, dim?: Dims, options: ReductionOptions = {}): Tensor<'f32'> {
  requireAtMost('logSumExp', 3, arguments, reductionKinds);
  requireTensor('logSumExp', 'input', input);
  const floats = isFloat(input.dtype) ? input : cast(input, 'f32');
  return reduced(logarithm, { input: floats, dim, options, given: arguments });
}

const anyPlan: ReductionPlan = { operation: 'any', member: 'any', gradient: null, result: 'bool' };
const allPlan: ReductionPlan = { ...anyPlan, operation: 'all', member: 'all' };

/**
 * Whether any element is not 0: bool; NaN counts as not 0. Any element type; no gradient. As
 * `torch.any`.
 *
 * @throws ShapeError, TensorError
 */
export function any(input: Tensor, dim?: Dims, options: ReductionOptions = {}): Tensor<'bool'> {
  return reduced(anyPlan, { input, dim, options, given: arguments });
}

/**
 * Whether all elements are not 0: bool; NaN counts as not 0. Any element type; no gradient. As
 * `torch.all`.
 *
 * @throws ShapeError, TensorError
 */
export function all(input: Tensor, dim?: Dims, options: ReductionOptions = {}): Tensor<'bool'> {
  return reduced(allPlan, { input, dim, options, given: arguments });
}

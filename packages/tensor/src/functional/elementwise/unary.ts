import * as kernels from '@attune/kernels';
import * as members from '@attune/kernels/unary';
import { optional } from '@attune/validate';
import { TensorError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import { realNumber, requireGivenOptions, requireHeld, requireTensor } from '../checks.ts';
import { mapped, requireNumber, unary } from './mapUnary.ts';
import type { DType, FloatOf } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Floats, Numbers } from '../operands.ts';

/**
 * A tensor times a number. Of the shape and type of `input`, f32 or f16. The gradient is multiplied
 * by the factor.
 *
 * @throws TensorError
 */
export function scale<D extends DType>(input: Floats<D>, factor: number): Tensor<D> {
  requireAtMost('scale', 2, arguments);
  // NaN and infinities are allowed: they can mark a loss as invalid on purpose.
  requireNumber('scale', 'factor', factor);
  return unary('scale', input, {
    forward: (device, io) => kernels.scale(device, { ...io, factor }),
    backward: (device, { gradOutput, gradInput, length }) =>
      kernels.scale(device, { input: gradOutput, output: gradInput, factor, length }),
  });
}

/**
 * `-x`; whole numbers keep their type. Of the shape and element type of `input`. The gradient is
 * multiplied by -1.
 *
 * @throws TensorError
 */
export function neg<D extends DType>(input: Numbers<D>): Tensor<D> {
  requireAtMost('neg', 1, arguments);
  return mapped(members.neg, input);
}

/**
 * `|x|`, with the gradient 0 at 0; whole numbers keep their type. Of the shape and
 * element type of `input`.
 *
 * @throws TensorError
 */
export function abs<D extends DType>(input: Numbers<D>): Tensor<D> {
  requireAtMost('abs', 1, arguments);
  return mapped(members.abs, input);
}

/**
 * -1, 0 or 1, as `torch.sign`: of NaN 0. The gradient is 0. Of the shape and
 * element type of `input`.
 *
 * @throws TensorError
 */
export function sign<D extends DType>(input: Numbers<D>): Tensor<D> {
  requireAtMost('sign', 1, arguments);
  return mapped(members.sign, input);
}

/**
 * `x * x`; whole numbers keep their type. Of the shape and element type of `input`. The gradient is
 * multiplied by `2 x`.
 *
 * @throws TensorError
 */
export function square<D extends DType>(input: Numbers<D>): Tensor<D> {
  requireAtMost('square', 1, arguments);
  return mapped(members.square, input);
}

/**
 * `e^x`, to 2 units in the last place. Of the shape and element type of `input`; f32 for whole
 * numbers. The gradient is multiplied by the result.
 *
 * @throws TensorError
 */
export function exp<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  requireAtMost('exp', 1, arguments);
  return mapped(members.exp, input);
}

/**
 * `e^x - 1`, exact for small x too. Of the shape and element type of `input`; f32 for whole
 * numbers. The gradient is multiplied by `e^x`.
 *
 * @throws TensorError
 */
export function expm1<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  requireAtMost('expm1', 1, arguments);
  return mapped(members.expm1, input);
}

/**
 * Natural logarithm: NaN below 0, -Infinity at 0. Of the shape and element type of `input`; f32 for
 * whole numbers. The gradient is multiplied by `1 / x`.
 *
 * @throws TensorError
 */
export function log<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  requireAtMost('log', 1, arguments);
  return mapped(members.log, input);
}

/**
 * `log(1 + x)`, exact for small x too. Of the shape and element type of `input`; f32 for whole
 * numbers. The gradient is multiplied by `1 / (1 + x)`.
 *
 * @throws TensorError
 */
export function log1p<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  requireAtMost('log1p', 1, arguments);
  return mapped(members.log1p, input);
}

/**
 * Square root: NaN below 0. Of the shape and element type of `input`; f32 for whole numbers. The
 * gradient is multiplied by `1 / (2 sqrt(x))`.
 *
 * @throws TensorError
 */
export function sqrt<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  requireAtMost('sqrt', 1, arguments);
  return mapped(members.sqrt, input);
}

/**
 * `1 / sqrt(x)`. Of the shape and element type of `input`; f32 for whole numbers. The gradient is
 * multiplied by `-x^(-3/2) / 2`.
 *
 * @throws TensorError
 */
export function rsqrt<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  requireAtMost('rsqrt', 1, arguments);
  return mapped(members.rsqrt, input);
}

/**
 * `1 / x`. Of the shape and element type of `input`; f32 for whole numbers. The gradient is
 * multiplied by `-1 / x²`.
 *
 * @throws TensorError
 */
export function reciprocal<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  requireAtMost('reciprocal', 1, arguments);
  return mapped(members.reciprocal, input);
}

/**
 * Sine of radians of any size. Of the shape and element type of `input`; f32 for whole numbers. The
 * gradient is multiplied by `cos x`.
 *
 * @throws TensorError
 */
export function sin<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  requireAtMost('sin', 1, arguments);
  return mapped(members.sin, input);
}

/**
 * Cosine of radians of any size. Of the shape and element type of `input`; f32 for whole numbers.
 * The gradient is multiplied by `-sin x`.
 *
 * @throws TensorError
 */
export function cos<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  requireAtMost('cos', 1, arguments);
  return mapped(members.cos, input);
}

/**
 * The error function. Of the shape and element type of `input`; f32 for whole numbers. The gradient
 * is multiplied by `2 / sqrt(π) e^-x²`.
 *
 * @throws TensorError
 */
export function erf<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  requireAtMost('erf', 1, arguments);
  return mapped(members.erf, input);
}

/**
 * The largest whole number that is not greater. The gradient is 0. Of the shape and element type of
 * `input`.
 *
 * @throws TensorError
 */
export function floor<D extends DType>(input: Numbers<D>): Tensor<D> {
  requireAtMost('floor', 1, arguments);
  return mapped(members.floor, input);
}

/**
 * The smallest whole number that is not less. The gradient is 0. Of the shape and element type of
 * `input`.
 *
 * @throws TensorError
 */
export function ceil<D extends DType>(input: Numbers<D>): Tensor<D> {
  requireAtMost('ceil', 1, arguments);
  return mapped(members.ceil, input);
}

/**
 * The nearest whole number, ties to the even one. The gradient is 0. Of the shape and
 * element type of `input`.
 *
 * @throws TensorError
 */
export function round<D extends DType>(input: Numbers<D>): Tensor<D> {
  requireAtMost('round', 1, arguments);
  return mapped(members.round, input);
}

/**
 * Where a number is NaN. A tensor of bool, of the same shape; no gradient flows.
 *
 * @throws TensorError
 */
export function isNan(input: Tensor): Tensor<'bool'> {
  requireAtMost('isNan', 1, arguments);
  return mapped(members.isNan, input, { isTest: true });
}

/**
 * Where a number is neither NaN nor infinite. A tensor of bool, of the same
 * shape; no gradient flows.
 *
 * @throws TensorError
 */
export function isFinite(input: Tensor): Tensor<'bool'> {
  requireAtMost('isFinite', 1, arguments);
  return mapped(members.isFinite, input, { isTest: true });
}

/**
 * True where the element is 0 or false. A tensor of bool, of the same shape; no gradient flows.
 *
 * @throws TensorError
 */
export function logicalNot(input: Tensor): Tensor<'bool'> {
  requireAtMost('logicalNot', 1, arguments);
  return mapped(members.logicalNot, input, { isTest: true });
}

/** Options of `clamp`: one of them, or both. */
export interface ClampOptions {
  /** Default: no lower bound. */
  readonly min?: number | undefined;
  /** Default: no upper bound. Where it lies below `min`, every element becomes `max`. */
  readonly max?: number | undefined;
}

const clampKinds = { min: optional(realNumber), max: optional(realNumber) };

/**
 * Elements clamped to two bounds, as `torch.clamp`: NaN stays, and no gradient flows from the
 * bounds on. Whole numbers keep their type and need whole bounds. Of the shape and element type of
 * `input`.
 *
 * @throws TensorError
 */
export function clamp<D extends DType>(input: Numbers<D>, options: ClampOptions): Tensor<D> {
  requireAtMost('clamp', 2, arguments, clampKinds);
  requireGivenOptions('clamp', options, clampKinds);
  const { min, max } = options;
  if (min === undefined && max === undefined) throw new TensorError('clamp: give min, max, or both');
  requireTensor('clamp', 'input', input);
  for (const [name, bound] of Object.entries({ min, max }))
    if (bound !== undefined) requireHeld('clamp', name, bound, input);
  const [lowest, highest] = limits[input.array.elementType];
  const slope = { p: min ?? NaN, q: max ?? NaN };
  return mapped(members.clamp, input, { p: min ?? lowest, q: max ?? highest, slope });
}

const limits = {
  f32: [-Infinity, Infinity],
  f16: [-Infinity, Infinity],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
} as const;

import * as kernels from '@attune/kernels';
import * as members from '@attune/kernels/unary';
import { oneOf, optional } from '@attune/validate';
import { isFloat } from '../../dtypes.ts';
import type { DType, FloatOf } from '../../dtypes.ts';
import type { Tensor } from '../../tensor.ts';
import { castFloats } from './castFloats.ts';
import { requireFloats, requireGivenOptions, requireTensor } from '../checks.ts';
import { mapped, requireNumber, unary } from './mapUnary.ts';
import type { UnaryKernels } from './mapUnary.ts';
import { notInPlace, requireAtMost } from '../../surplusArguments.ts';
import type { Floats, Numbers } from '../operands.ts';

const geluKernels: UnaryKernels = {
  forward: kernels.gelu,
  backward: (device, { gradOutput, input, gradInput, length }) =>
    kernels.geluBackward(device, { gradOutput, input, gradInput, length }),
};

/** Options of `gelu`. */
export interface GeluOptions {
  /** `tanh` approximates the normal distribution function, as GPT-2 does. Default `none`. */
  readonly approximate?: 'none' | 'tanh' | undefined;
}

const geluKinds = { approximate: optional(oneOf('none', 'tanh')) };

/**
 * `x * Φ(x)` by the error function or its approximation by `tanh`, as `torch.nn.functional.gelu`.
 * Of the shape and type of `input`, f32 or f16. The gradient is multiplied by `Φ(x) + x φ(x)`, φ
 * being the density.
 *
 * @throws TensorError
 */
export function gelu<D extends DType>(input: Floats<D>, options: GeluOptions = {}): Tensor<D> {
  requireAtMost('gelu', 2, arguments, geluKinds);
  requireGivenOptions('gelu', options, geluKinds);
  if (options.approximate !== 'tanh') return unary('gelu', input, geluKernels);
  requireFloats('gelu', 'input', input);
  return mapped(members.geluTanh, input, { operation: 'gelu' });
}

const tanhKernels: UnaryKernels = {
  forward: kernels.tanh,
  backward: (device, { gradOutput, output, gradInput, length }) =>
    kernels.tanhBackward(device, { gradOutput, output, gradInput, length }),
};

/**
 * Hyperbolic tangent. Of the shape and element type of `input`; f32 for whole numbers. The gradient
 * is multiplied by `1 - y²`, y being the result.
 *
 * @throws TensorError
 */
export function tanh<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  requireAtMost('tanh', 1, arguments);
  requireTensor('tanh', 'input', input);
  return unary('tanh', isFloat(input.dtype) ? input : castFloats(input, 'f32'), tanhKernels);
}

/**
 * `1 / (1 + e^-x)`. Of the shape and element type of `input`; f32 for whole numbers. The gradient
 * is multiplied by `y (1 - y)`, y being the result.
 *
 * @throws TensorError
 */
export function sigmoid<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  requireAtMost('sigmoid', 1, arguments);
  return mapped(members.sigmoid, input);
}

/**
 * `max(x, 0)`, with the gradient 0 at 0; whole numbers keep their type. Of the shape and
 * element type of `input`.
 *
 * @throws TensorError
 */
export function relu<D extends DType>(input: Numbers<D>): Tensor<D> {
  requireAtMost('relu', 1, arguments, notInPlace);
  return mapped(members.relu, input);
}

/**
 * `x * sigmoid(x)`. Of the shape and element type of `input`; f32 for whole numbers. The gradient
 * is multiplied by `s (1 + x (1 - s))`, s being `sigmoid(x)`.
 *
 * @throws TensorError
 */
export function silu<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  requireAtMost('silu', 1, arguments, notInPlace);
  return mapped(members.silu, input);
}

/**
 * `log(1 + e^x)`, as `torch.nn.functional.softplus`: x itself above 20. Of the shape and element
 * type of `input`; f32 for whole numbers. The gradient is multiplied by `sigmoid(x)`.
 *
 * @throws TensorError
 */
export function softplus<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  requireAtMost('softplus', 1, arguments);
  return mapped(members.softplus, input);
}

/**
 * x above 0, `negativeSlope * x` below, as `torch.nn.functional.leaky_relu`. Of the shape of
 * `input`, and its type; f32 for whole numbers. The gradient is multiplied by 1 above 0, else by
 * `negativeSlope`.
 *
 * @param negativeSlope default 0.01
 * @throws TensorError
 */
export function leakyRelu<D extends DType>(input: Tensor<D>, negativeSlope = 0.01): Tensor<FloatOf<D>> {
  requireAtMost('leakyRelu', 2, arguments, notInPlace);
  requireNumber('leakyRelu', 'negativeSlope', negativeSlope);
  return mapped(members.leakyRelu, input, { p: negativeSlope });
}

/**
 * x above 0, `alpha * (e^x - 1)` below, as `torch.nn.functional.elu`. Of the shape of `input`, and
 * its type; f32 for whole numbers. The gradient is multiplied by 1 above 0, else by `alpha e^x`.
 *
 * @param alpha default 1
 * @throws TensorError
 */
export function elu<D extends DType>(input: Tensor<D>, alpha = 1): Tensor<FloatOf<D>> {
  requireAtMost('elu', 2, arguments, notInPlace);
  requireNumber('elu', 'alpha', alpha);
  return mapped(members.elu, input, { p: alpha });
}

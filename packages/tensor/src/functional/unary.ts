import * as kernels from '@attune/kernels';
import type { GpuArray, UnaryMember } from '@attune/kernels';
import * as members from '@attune/kernels/unary';
import { number, oneOf, optional, requireArgument } from '@attune/validate';
import { operationResult } from '../autograd/operation.ts';
import type { Device } from '../device.ts';
import { TensorError } from '../errors.ts';
import { Tensor } from '../tensor.ts';
import { requireFloats, requireGivenOptions, requireTensor } from './checks.ts';
import type { DType, FloatOf } from '../dtypes.ts';

interface UnaryKernels {
  forward(device: Device, io: { input: GpuArray; output: GpuArray; length: number }): void;
  /** May read the input and the output of the operation, whichever its derivative is short in. */
  backward(
    device: Device,
    io: { gradOutput: GpuArray; input: GpuArray; output: GpuArray; gradInput: GpuArray; length: number },
  ): void;
}

/** An operation on every element by itself, by kernels of its own. */
function unary<D extends DType>(operation: string, input: Tensor, { forward, backward }: UnaryKernels): Tensor<D> {
  requireFloats(operation, 'input', input);
  const { device, size: length, array: values } = input;
  const array = device.allocate(values.elementType, values.length, operation);
  forward(device, { input: values, output: array, length });
  return operationResult({
    operation,
    inputs: [input],
    array,
    shape: input.shape,
    backward: (gradients) =>
      gradients.add(input, (gradInput) =>
        backward(device, { gradOutput: gradients.output, input: values, output: array, gradInput, length }),
      ),
  });
}

interface FamilyOptions {
  /** Its name in errors. Default that of the function. */
  readonly operation?: string;
  readonly p?: number;
  readonly q?: number;
  /** Default false: the result is no tensor of true and false. */
  readonly isTest?: boolean;
}

/** An operation of the kernels' family `unary`. */
function mapped<D extends DType>(member: UnaryMember, input: Tensor, options: FamilyOptions = {}): Tensor<D> {
  const { operation = member.name, p, q, isTest = false } = options;
  requireTensor(operation, 'input', input);
  const { device, size: length, array: values, shape } = input;
  const type = kernels.unaryResult(member, values.elementType);
  if (input.dtype === 'bool' && !isTest && type === 'u32')
    throw new TensorError(`${operation}: input is of bool; cast() it to a type of numbers`);
  const array = device.allocate(type, values.length, operation);
  kernels.unary(device, { function: member, input: values, output: array, length, p, q });
  // Gradients flow between floats only.
  if (isTest || values.elementType === 'i32' || values.elementType === 'u32')
    return new Tensor({ array, shape, device, isBool: isTest });
  return operationResult({
    operation,
    inputs: [input],
    array,
    shape,
    backward: (gradients) =>
      gradients.add(input, (gradInput) =>
        kernels.unaryBackward(device, {
          function: member,
          gradOutput: gradients.output,
          input: values,
          gradInput,
          length,
          p,
          q,
        }),
      ),
  });
}

const geluKernels: UnaryKernels = {
  forward: kernels.gelu,
  backward: (device, { gradOutput, input, gradInput, length }) =>
    kernels.geluBackward(device, { gradOutput, input, gradInput, length }),
};

/** Options of `gelu`. */
export interface GeluOptions {
  /** `tanh` approximates the distribution function, as GPT-2 does. Default `none`. */
  readonly approximate?: 'none' | 'tanh' | undefined;
}

const geluKinds = { approximate: optional(oneOf('none', 'tanh')) };

/**
 * `x * Φ(x)` with the error function, as `torch.nn.functional.gelu`; or with `tanh` in its place.
 * Of the shape and type of `input`, f32 or f16. The gradient is multiplied by `Φ(x) + x φ(x)`, φ
 * being the density.
 *
 * @throws TensorError
 */
export function gelu<D extends DType>(input: Tensor<D>, options: GeluOptions = {}): Tensor<D> {
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
 * Hyperbolic tangent. Of the shape and type of `input`, f32 or f16. The gradient is multiplied by
 * `1 - y²`, y being the result.
 *
 * @throws TensorError
 */
export function tanh<D extends DType>(input: Tensor<D>): Tensor<D> {
  return unary('tanh', input, tanhKernels);
}

/**
 * A tensor times a number. Of the shape and type of `input`, f32 or f16. The gradient is multiplied
 * by the factor.
 *
 * @throws TensorError
 */
export function scale<D extends DType>(input: Tensor<D>, factor: number): Tensor<D> {
  // NaN and infinities are numbers too: they poison a loss where that is wanted.
  requireNumber('scale', 'factor', factor);
  return unary('scale', input, {
    forward: (device, io) => kernels.scale(device, { ...io, factor }),
    backward: (device, { gradOutput, gradInput, length }) =>
      kernels.scale(device, { input: gradOutput, output: gradInput, factor, length }),
  });
}

const aNumber = { ...number, what: 'a number', holds: (value: unknown) => typeof value === 'number' };

function requireNumber(operation: string, name: string, value: unknown): void {
  if (typeof value !== 'number') requireArgument(operation, name, value, aNumber, TensorError);
}

/**
 * `-x`; whole numbers keep their type. Of the shape and element type of `input`. The gradient is
 * multiplied by -1.
 *
 * @throws TensorError
 */
export function neg<D extends DType>(input: Tensor<D>): Tensor<D> {
  return mapped(members.neg, input);
}

/**
 * `|x|`, with the gradient 0 at 0; whole numbers keep their type. Of the shape and element type of `input`.
 *
 * @throws TensorError
 */
export function abs<D extends DType>(input: Tensor<D>): Tensor<D> {
  return mapped(members.abs, input);
}

/**
 * -1, 0 or 1, as `torch.sign`: of NaN 0. The gradient is 0. Of the shape and element type of `input`.
 *
 * @throws TensorError
 */
export function sign<D extends DType>(input: Tensor<D>): Tensor<D> {
  return mapped(members.sign, input);
}

/**
 * `x * x`; whole numbers keep their type. Of the shape and element type of `input`. The gradient is
 * multiplied by `2 x`.
 *
 * @throws TensorError
 */
export function square<D extends DType>(input: Tensor<D>): Tensor<D> {
  return mapped(members.square, input);
}

/**
 * `e^x`, to 2 units in the last place. Of the shape and element type of `input`; f32 for whole
 * numbers. The gradient is multiplied by the result.
 *
 * @throws TensorError
 */
export function exp<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  return mapped(members.exp, input);
}

/**
 * `e^x - 1`, exact for small x too. Of the shape and element type of `input`; f32 for whole
 * numbers. The gradient is multiplied by `e^x`.
 *
 * @throws TensorError
 */
export function expm1<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  return mapped(members.expm1, input);
}

/**
 * Natural logarithm: NaN below 0, -Infinity at 0. Of the shape and element type of `input`; f32 for
 * whole numbers. The gradient is multiplied by `1 / x`.
 *
 * @throws TensorError
 */
export function log<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  return mapped(members.log, input);
}

/**
 * `log(1 + x)`, exact for small x too. Of the shape and element type of `input`; f32 for whole
 * numbers. The gradient is multiplied by `1 / (1 + x)`.
 *
 * @throws TensorError
 */
export function log1p<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  return mapped(members.log1p, input);
}

/**
 * Square root: NaN below 0. Of the shape and element type of `input`; f32 for whole numbers. The
 * gradient is multiplied by `1 / (2 sqrt(x))`.
 *
 * @throws TensorError
 */
export function sqrt<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  return mapped(members.sqrt, input);
}

/**
 * `1 / sqrt(x)`. Of the shape and element type of `input`; f32 for whole numbers. The gradient is
 * multiplied by `-x^(-3/2) / 2`.
 *
 * @throws TensorError
 */
export function rsqrt<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  return mapped(members.rsqrt, input);
}

/**
 * `1 / x`. Of the shape and element type of `input`; f32 for whole numbers. The gradient is
 * multiplied by `-1 / x²`.
 *
 * @throws TensorError
 */
export function reciprocal<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  return mapped(members.reciprocal, input);
}

/**
 * Sine of radians of any size. Of the shape and element type of `input`; f32 for whole numbers. The
 * gradient is multiplied by `cos x`.
 *
 * @throws TensorError
 */
export function sin<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  return mapped(members.sin, input);
}

/**
 * Cosine of radians of any size. Of the shape and element type of `input`; f32 for whole numbers.
 * The gradient is multiplied by `-sin x`.
 *
 * @throws TensorError
 */
export function cos<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  return mapped(members.cos, input);
}

/**
 * `1 / (1 + e^-x)`. Of the shape and element type of `input`; f32 for whole numbers. The gradient
 * is multiplied by `y (1 - y)`, y being the result.
 *
 * @throws TensorError
 */
export function sigmoid<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  return mapped(members.sigmoid, input);
}

/**
 * `max(x, 0)`, with the gradient 0 at 0; whole numbers keep their type. Of the shape and element type of `input`.
 *
 * @throws TensorError
 */
export function relu<D extends DType>(input: Tensor<D>): Tensor<D> {
  return mapped(members.relu, input);
}

/**
 * `x * sigmoid(x)`. Of the shape and element type of `input`; f32 for whole numbers. The gradient
 * is multiplied by `s (1 + x (1 - s))`, s being `sigmoid(x)`.
 *
 * @throws TensorError
 */
export function silu<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  return mapped(members.silu, input);
}

/**
 * `log(1 + e^x)`, as `torch.nn.functional.softplus`: x itself above 20. Of the shape and element
 * type of `input`; f32 for whole numbers. The gradient is multiplied by `sigmoid(x)`.
 *
 * @throws TensorError
 */
export function softplus<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  return mapped(members.softplus, input);
}

/**
 * The error function. Of the shape and element type of `input`; f32 for whole numbers. The gradient
 * is multiplied by `2 / sqrt(π) e^-x²`.
 *
 * @throws TensorError
 */
export function erf<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
  return mapped(members.erf, input);
}

/**
 * The next whole number below. The gradient is 0. Of the shape and element type of `input`.
 *
 * @throws TensorError
 */
export function floor<D extends DType>(input: Tensor<D>): Tensor<D> {
  return mapped(members.floor, input);
}

/**
 * The next whole number above. The gradient is 0. Of the shape and element type of `input`.
 *
 * @throws TensorError
 */
export function ceil<D extends DType>(input: Tensor<D>): Tensor<D> {
  return mapped(members.ceil, input);
}

/**
 * The nearest whole number, ties to the even one. The gradient is 0. Of the shape and element type of `input`.
 *
 * @throws TensorError
 */
export function round<D extends DType>(input: Tensor<D>): Tensor<D> {
  return mapped(members.round, input);
}

/**
 * Where a number is NaN. A tensor of bool, of the same shape; no gradient flows.
 *
 * @throws TensorError
 */
export function isNan(input: Tensor): Tensor<'bool'> {
  return mapped(members.isNan, input, { isTest: true });
}

/**
 * Where a number is neither NaN nor infinite. A tensor of bool, of the same shape; no gradient flows.
 *
 * @throws TensorError
 */
export function isFinite(input: Tensor): Tensor<'bool'> {
  return mapped(members.isFinite, input, { isTest: true });
}

/**
 * True where the element is 0 or false. A tensor of bool, of the same shape; no gradient flows.
 *
 * @throws TensorError
 */
export function logicalNot(input: Tensor): Tensor<'bool'> {
  return mapped(members.logicalNot, input, { isTest: true });
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
  requireNumber('elu', 'alpha', alpha);
  return mapped(members.elu, input, { p: alpha });
}

/** Options of `clamp`: one of them, or both. */
export interface ClampOptions {
  /** Default: no lower bound. */
  readonly min?: number | undefined;
  /** Default: no upper bound. Where it lies below `min`, every element becomes `max`. */
  readonly max?: number | undefined;
}

const clampKinds = { min: optional(aNumber), max: optional(aNumber) };

/**
 * Elements held between two bounds, as `torch.clamp`: NaN stays, and no gradient flows from the
 * bounds on. Whole numbers keep their type and need whole bounds. Of the shape and element type of
 * `input`.
 *
 * @throws TensorError
 */
export function clamp<D extends DType>(input: Tensor<D>, options: ClampOptions): Tensor<D> {
  requireGivenOptions('clamp', options, clampKinds);
  const { min, max } = options;
  if (min === undefined && max === undefined) throw new TensorError('clamp: give min, max, or both');
  requireTensor('clamp', 'input', input);
  const [lowest, highest] = limits[input.array.elementType];
  if (input.array.elementType !== 'f32' && input.array.elementType !== 'f16') {
    for (const [name, bound] of Object.entries({ min, max }))
      if (bound !== undefined && !(Number.isInteger(bound) && bound >= lowest && bound <= highest))
        throw new TensorError(
          `clamp: ${name} is ${bound}; of a tensor of ${input.dtype} it must be a whole number from ${lowest} to ${highest}`,
        );
  }
  return mapped(members.clamp, input, { p: min ?? lowest, q: max ?? highest });
}

const limits = {
  f32: [-Infinity, Infinity],
  f16: [-Infinity, Infinity],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
} as const;

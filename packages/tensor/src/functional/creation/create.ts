import * as kernels from '@attune/kernels';
import type { ElementType, HostData } from '@attune/kernels';
import { flag, ofOtherCopy, oneOf, optional, requireArgument, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { openedDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { ShapeError, TensorError } from '../../errors.ts';
import { deviceKind } from '../../requireDevice.ts';
import { formatShape, requireExtents, shapeKind, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { isFloat } from '../../dtypes.ts';
import type { DType } from '../../dtypes.ts';
import { requireGivenOptions } from '../checks.ts';
import { flatten } from '../../nested.ts';
import type { Nested } from '../../nested.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/** Options of every function that creates a tensor. */
export interface MakeOptions<D extends DType = DType> {
  /** Default: the device that `await defaultDevice()` has opened. */
  readonly device?: Device | undefined;
  /** Element type. Default: from the data; numbers become f32, bigints i32, booleans bool. */
  readonly dtype?: D | undefined;
  /** Whether the tensor requires a gradient. Only floats can. Default false. */
  readonly requiresGrad?: boolean | undefined;
}

/** Options of `tensor`. */
export interface CreateOptions<D extends DType = DType> extends MakeOptions<D> {
  /** Default: the shape of nested arrays, or the length of a typed array. */
  readonly shape?: Shape | undefined;
}

/** What `tensor` takes. */
export type TensorData =
  | HostData
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | BigInt64Array
  | BigUint64Array
  | Nested;

/** The innermost element type of nested arrays of up to six dimensions. */
type Inner<X> = X extends readonly (infer E)[] ? E : X;
type Innermost<X> = Inner<Inner<Inner<Inner<Inner<Inner<X>>>>>>;

/** The element type that `tensor` infers from data. */
export type TypeOfData<X> = [Innermost<X>] extends [never]
  ? 'f32'
  : Innermost<X> extends number | Float32Array | Float64Array
    ? 'f32'
    : Innermost<X> extends boolean
      ? 'bool'
      : Innermost<X> extends bigint | Int8Array | Int16Array | Int32Array | BigInt64Array
        ? 'i32'
        : Innermost<X> extends Uint8Array | Uint8ClampedArray | Uint32Array | BigUint64Array
          ? 'u32'
          : Innermost<X> extends Uint16Array
            ? 'f16'
            : DType;

const types = {
  Float32Array: 'f32',
  Float64Array: 'f32',
  Uint16Array: 'f16',
  Float16Array: 'f16',
  Int8Array: 'i32',
  Int16Array: 'i32',
  Int32Array: 'i32',
  Uint8Array: 'u32',
  Uint8ClampedArray: 'u32',
  Uint32Array: 'u32',
  BigInt64Array: 'i32',
  BigUint64Array: 'u32',
} as const;

const isTyped = (value: unknown): value is Exclude<TensorData, Nested> =>
  ArrayBuffer.isView(value) && Object.hasOwn(types, value.constructor.name);

const dataKind: Kind = {
  what: 'a number, a boolean, nested arrays of them, or a typed array such as a Float32Array, an Int32Array or a Uint16Array (f16 by its bits)',
  found: (value) =>
    value instanceof Tensor
      ? 'a Tensor already; use it as it is, or x.detach()'
      : shown(value) + ofOtherCopy({ classes: [Tensor] }, value),
  holds: (value) => Array.isArray(value) || ['number', 'bigint', 'boolean'].includes(typeof value) || isTyped(value),
};

export const makeKinds = {
  device: optional(deviceKind),
  dtype: optional(oneOf('f32', 'f16', 'i32', 'u32', 'bool')),
  requiresGrad: optional(flag),
};
const tensorKinds = { shape: optional(shapeKind), ...makeKinds };

const storedAs = (dtype: DType): ElementType => (dtype === 'bool' ? 'u32' : dtype);

/**
 * A tensor from numbers on the host: nested arrays, a typed array (f16 as its bits in a
 * `Uint16Array`), or one number or boolean, which becomes a scalar. Numbers become f32, bigints
 * i32, booleans bool, typed arrays their own type. It requires a gradient by `requiresGrad` only.
 *
 * @throws ShapeError when data and shape do not fit, TensorError
 */
export function tensor<X extends TensorData, D extends DType = TypeOfData<X>>(
  data: X,
  options: CreateOptions<D> = {},
): Tensor<D> {
  requireAtMost('tensor', 2, arguments);
  requireArgument('tensor', 'data', data, dataKind, TensorError);
  requireGivenOptions('tensor', options, tensorKinds);
  const given = isTyped(data)
    ? { values: numbersOf(data), shape: [data.length], dtype: types[data.constructor.name as keyof typeof types] }
    : flatten(data);
  const { shape = given.shape, dtype = given.dtype as DType } = options;
  requireExtents('tensor', shape);
  if (sizeOf(shape) !== given.values.length)
    throw new ShapeError(
      `tensor: ${given.values.length} values do not fit the shape ${formatShape(shape)}, which has ${sizeOf(shape)}`,
    );
  if (isTyped(data) && given.dtype !== dtype && !(dtype === 'bool' && given.dtype === 'u32'))
    throw new TensorError(
      `tensor: the data is a ${data.constructor.name}, which holds ${given.dtype}; dtype is ${dtype}`,
    );
  return fromValues('tensor', () => given.values, shape, { ...options, dtype });
}

/** Bigints as plain numbers; those beyond 32 bits are refused later. */
const numbersOf = (data: Exclude<TensorData, Nested>): ArrayLike<number> =>
  data instanceof BigInt64Array || data instanceof BigUint64Array ? Array.from(data, Number) : data;

/**
 * Makes a tensor from computed values, for functions that create tensors.
 *
 * @param compute returns the values; called once the device has memory for them
 * @throws TensorError for a value that the type cannot represent, OutOfMemoryError
 */
export function fromValues<D extends DType>(
  where: string,
  compute: () => ArrayLike<number>,
  shape: Shape,
  options: MakeOptions & { readonly dtype: DType },
): Tensor<D> {
  const { dtype, requiresGrad = false, device = openedDevice(where) } = options;
  if (requiresGrad) requireGradients(where, dtype);
  device.requireRoom(storedAs(dtype), sizeOf(shape), where);
  const values = compute();
  const padded = values.length > 0 ? values : [0];
  const isHalf = dtype === 'f16' && !(values instanceof Uint16Array);
  const stored = device.upload(
    hostArray(where, padded, isHalf ? 'f32' : dtype),
    isHalf ? 'f32' : storedAs(dtype),
    where,
  );
  let array = stored;
  if (isHalf) {
    array = device.allocate('f16', padded.length, where);
    kernels.cast(device, { input: stored, output: array, length: padded.length });
    device.release(stored);
  }
  return new Tensor({ array, shape, device, requiresGrad, isBool: dtype === 'bool' });
}

function requireGradients(where: string, dtype: DType): void {
  if (!isFloat(dtype))
    throw new TensorError(`${where}: only f32 and f16 have gradients; requiresGrad is true and dtype ${dtype}`);
}

/** Numbers as a typed array of the element type. */
function hostArray(where: string, values: ArrayLike<number>, dtype: DType): HostData {
  if (dtype === 'f16') return values as Uint16Array;
  if (dtype === 'f32') return values instanceof Float32Array ? values : Float32Array.from(values);
  if (dtype === 'bool') return Uint32Array.from(values, (value) => Number(value !== 0));
  if (values instanceof (dtype === 'i32' ? Int32Array : Uint32Array)) return values;
  const array = dtype === 'i32' ? Int32Array.from(values) : Uint32Array.from(values);
  const wrong = array.findIndex((value, index) => value !== values[index] && !(values[index] === 0));
  if (wrong >= 0) throw new TensorError(`${where}: value ${wrong} is ${values[wrong]}, which ${dtype} does not hold`);
  return array;
}

/** A tensor filled with one number; `like` gives the defaults of the options. */
function filled<D extends DType>(
  where: string,
  shape: Shape,
  value: number,
  options: MakeOptions,
  like: Pick<MakeOptions, 'device' | 'dtype'> = {},
): Tensor<D> {
  requireExtents(where, shape);
  requireGivenOptions(where, options, makeKinds);
  const { dtype = like.dtype ?? 'f32', requiresGrad = false, device = like.device ?? openedDevice(where) } = options;
  if (requiresGrad) requireGradients(where, dtype);
  hostArray(where, [value], dtype === 'f16' ? 'f32' : dtype);
  const length = sizeOf(shape);
  const array = device.allocate(storedAs(dtype), Math.max(1, length), where);
  const stored = dtype === 'bool' ? Number(value !== 0) : value;
  if (stored === 0) device.clear(array);
  else kernels.fill(device, { output: array, value: stored, length });
  return new Tensor({ array, shape, device, requiresGrad, isBool: dtype === 'bool' });
}

/**
 * A tensor of zeros, f32 by default. It requires a gradient by `requiresGrad` only.
 *
 * @throws ShapeError, TensorError
 */
export function zeros<D extends DType = 'f32'>(shape: Shape, options: MakeOptions<D> = {}): Tensor<D> {
  requireAtMost('zeros', 2, arguments, 'an array');
  return filled('zeros', shape, 0, options);
}

/**
 * A tensor of ones, f32 by default. It requires a gradient by `requiresGrad` only.
 *
 * @throws ShapeError, TensorError
 */
export function ones<D extends DType = 'f32'>(shape: Shape, options: MakeOptions<D> = {}): Tensor<D> {
  requireAtMost('ones', 2, arguments, 'an array');
  return filled('ones', shape, 1, options);
}

const valueKind: Kind = {
  what: 'a number or a boolean',
  holds: (value) => typeof value === 'number' || typeof value === 'boolean',
};

/**
 * A tensor of one value: f32 by default, bool of a boolean. It requires a gradient by
 * `requiresGrad` only.
 *
 * @throws ShapeError, TensorError
 */
export function full<V extends number | boolean, D extends DType = V extends boolean ? 'bool' : 'f32'>(
  shape: Shape,
  value: V,
  options: MakeOptions<D> = {},
): Tensor<D> {
  requireAtMost('full', 3, arguments);
  requireArgument('full', 'value', value, valueKind, TensorError);
  const dtype = typeof value === 'boolean' ? 'bool' : 'f32';
  return filled('full', shape, Number(value), options, { dtype });
}

/** A filled tensor with the shape, type and device of another one, unless the options differ. */
function filledLike<D extends DType>(where: string, like: Tensor, value: number, options: MakeOptions): Tensor<D> {
  if (!(like instanceof Tensor))
    requireArgument(where, 'input', like, { what: 'a Tensor', holds: () => false }, TensorError);
  return filled(where, like.shape, value, options, like);
}

/**
 * Zeros of the shape, type and device of `input`. It requires a gradient by `requiresGrad` only.
 *
 * @throws TensorError
 */
export function zerosLike<I extends DType, D extends DType = I>(
  input: Tensor<I>,
  options: MakeOptions<D> = {},
): Tensor<D> {
  requireAtMost('zerosLike', 2, arguments);
  return filledLike('zerosLike', input, 0, options);
}

/**
 * Ones of the shape, type and device of `input`. It requires a gradient by `requiresGrad` only.
 *
 * @throws TensorError
 */
export function onesLike<I extends DType, D extends DType = I>(
  input: Tensor<I>,
  options: MakeOptions<D> = {},
): Tensor<D> {
  requireAtMost('onesLike', 2, arguments);
  return filledLike('onesLike', input, 1, options);
}

/**
 * One value in the shape, type and device of `input`. It requires a gradient by `requiresGrad`
 * only.
 *
 * @throws TensorError
 */
export function fullLike<I extends DType, D extends DType = I>(
  input: Tensor<I>,
  value: number | boolean,
  options: MakeOptions<D> = {},
): Tensor<D> {
  requireAtMost('fullLike', 3, arguments);
  requireArgument('fullLike', 'value', value, valueKind, TensorError);
  return filledLike('fullLike', input, Number(value), options);
}

import type { ElementType, HostData } from '@attune/kernels';
import { flag, oneOf, optional, requireArgument } from '@attune/validate';
import type { Kind } from '@attune/validate';
import type { Device } from '../device.ts';
import { ShapeError, TensorError } from '../errors.ts';
import { deviceKind, requireDevice } from '../requireDevice.ts';
import { formatShape, requireExtents, shapeKind, sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import type { DType } from '../tensor.ts';
import { requireGivenOptions } from './checks.ts';

/** Options of `tensor`, and but for the shape of `zeros`. */
export interface CreateOptions {
  readonly shape: Shape;
  readonly device: Device;
  /** Default: that of the array; numbers become f32. */
  readonly dtype?: DType;
  /** Default false. */
  readonly requiresGrad?: boolean;
}

const storedAs = (dtype: DType): ElementType => (dtype === 'bool' ? 'u32' : dtype);

function hostDtype(data: HostData | readonly number[]): DType {
  if (data instanceof Int32Array) return 'i32';
  if (data instanceof Uint32Array) return 'u32';
  if (data instanceof Uint16Array) return 'f16';
  return 'f32';
}

const dataKind: Kind = {
  what: 'numbers, in an array or a Float32Array, Int32Array, Uint32Array or Uint16Array (f16 by its bits)',
  holds: (value) =>
    Array.isArray(value)
      ? value.every((element) => typeof element === 'number')
      : value instanceof Float32Array ||
        value instanceof Int32Array ||
        value instanceof Uint32Array ||
        value instanceof Uint16Array,
};

const kinds = {
  device: deviceKind,
  dtype: optional(oneOf('f32', 'f16', 'i32', 'u32', 'bool')),
  requiresGrad: optional(flag),
};
const tensorKinds = { shape: shapeKind, ...kinds };

/**
 * A tensor from host data. f16 is given as its bits, in a `Uint16Array`.
 *
 * @throws ShapeError when data and shape do not fit, TensorError
 */
export function tensor(data: HostData | readonly number[], options: CreateOptions): Tensor {
  requireArgument('tensor', 'data', data, dataKind, TensorError);
  requireGivenOptions('tensor', options, tensorKinds);
  requireExtents('tensor', options.shape);
  requireDevice('tensor', options.device);
  const { shape, device, dtype = hostDtype(data), requiresGrad = false } = options;
  if (sizeOf(shape) !== data.length)
    throw new ShapeError(
      `tensor: ${data.length} values do not fit the shape ${formatShape(shape)}, which has ${sizeOf(shape)}`,
    );
  const host = hostArray(data, dtype);
  const padded = host.length > 0 ? host : hostArray([0], dtype);
  return new Tensor({
    array: device.upload(padded, storedAs(dtype), 'tensor'),
    shape,
    device,
    requiresGrad,
    isBool: dtype === 'bool',
  });
}

/** Numbers in an array become the element type asked for; a typed array must be of it. */
function hostArray(data: HostData | readonly number[], dtype: DType): HostData {
  if (Array.isArray(data)) {
    if (dtype === 'i32') return Int32Array.from(data);
    if (dtype === 'u32') return Uint32Array.from(data);
    if (dtype === 'f32') return Float32Array.from(data);
    if (dtype === 'bool') return Uint32Array.from(data, (value) => Number(value !== 0));
    throw new TensorError('tensor: f16 is given as its bits, in a Uint16Array; or make it of f32 and cast() it');
  }
  if (hostDtype(data) !== storedAs(dtype))
    throw new TensorError(
      `tensor: the data are ${data.constructor.name}, which is ${hostDtype(data)}; dtype says ${dtype}`,
    );
  return data as HostData;
}

/**
 * A tensor of zeros.
 *
 * @throws ShapeError, TensorError
 */
export function zeros(shape: Shape, options: Omit<CreateOptions, 'shape'>): Tensor {
  requireExtents('zeros', shape);
  requireGivenOptions('zeros', options, kinds);
  requireDevice('zeros', options.device);
  const { device, dtype = 'f32', requiresGrad = false } = options;
  const array = device.allocate(storedAs(dtype), Math.max(1, sizeOf(shape)), 'zeros');
  device.clear(array);
  return new Tensor({ array, shape, device, requiresGrad, isBool: dtype === 'bool' });
}

import type { HostData } from '@attune/kernels';
import type { Device } from '../device.ts';
import { ShapeError } from '../errors.ts';
import { formatShape, sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import type { DType } from '../tensor.ts';

export interface CreateOptions {
  readonly shape: Shape;
  readonly device: Device;
  /** Default: that of the array; numbers become f32. */
  readonly dtype?: DType;
  /** Default false. */
  readonly requiresGrad?: boolean;
}

function hostDtype(data: HostData | readonly number[]): DType {
  if (data instanceof Int32Array) return 'i32';
  if (data instanceof Uint32Array) return 'u32';
  if (data instanceof Uint16Array) return 'f16';
  return 'f32';
}

/**
 * A tensor from host data. f16 is given as its bits, in a `Uint16Array`.
 *
 * @throws ShapeError when data and shape do not fit
 */
export function tensor(
  data: HostData | readonly number[],
  { shape, device, dtype = hostDtype(data), requiresGrad = false }: CreateOptions,
): Tensor {
  if (sizeOf(shape) !== data.length)
    throw new ShapeError(
      `tensor: ${data.length} values do not fit the shape ${formatShape(shape)}, which has ${sizeOf(shape)}`,
    );
  const host = Array.isArray(data) ? Float32Array.from(data) : (data as HostData);
  const padded = host.length > 0 ? host : new Float32Array(1);
  return new Tensor({ array: device.upload(padded, dtype, 'tensor'), shape, device, requiresGrad });
}

/** A tensor of zeros. */
export function zeros(
  shape: Shape,
  { device, dtype = 'f32', requiresGrad = false }: Omit<CreateOptions, 'shape'>,
): Tensor {
  const array = device.allocate(dtype, Math.max(1, sizeOf(shape)), 'zeros');
  device.clear(array);
  return new Tensor({ array, shape, device, requiresGrad });
}

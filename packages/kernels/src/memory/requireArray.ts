import { instanceOf, oneOf, requireArgument, text } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { KernelArgumentError, ReleasedArrayError } from '../errors.ts';
import { bytesPerElement, GpuArray } from './gpuArray.ts';
import type { ElementType, HostData } from './gpuArray.ts';
import type { GPUDevice } from '../device/webGpuTypes.ts';

const elementTypes = oneOf(...Object.keys(bytesPerElement));
// Lengths of any size: one that is too long for the device is reported in bytes.
const lengths: Kind = {
  what: 'a whole number of at least 0',
  holds: (value) => Number.isInteger(value) && (value as number) >= 0,
};
const anArray = instanceOf(GpuArray, 'an array of this device, as gpu.allocate() and gpu.upload() make them');
const hostData = {
  f32: instanceOf(Float32Array),
  f16: instanceOf(Uint16Array, 'a Uint16Array with the bits of the halves'),
  i32: instanceOf(Int32Array),
  u32: instanceOf(Uint32Array),
};

export function requireLength(where: string, elementType: ElementType, length: number, label: string): void {
  if (!elementTypes.holds(elementType))
    requireArgument(where, 'elementType', elementType, elementTypes, KernelArgumentError);
  if (!lengths.holds(length)) requireArgument(where, 'length', length, lengths, KernelArgumentError);
  if (typeof label !== 'string') requireArgument(where, 'label', label, text, KernelArgumentError);
}

export function requireData(where: string, elementType: ElementType, data: HostData): void {
  if (!elementTypes.holds(elementType))
    requireArgument(where, 'elementType', elementType, elementTypes, KernelArgumentError);
  const kind = hostData[elementType];
  if (!kind.holds(data)) requireArgument(where, 'data', data, kind, KernelArgumentError);
}

/**
 * Checks that an array lies on the device and was not released.
 *
 * @throws ReleasedArrayError, KernelArgumentError
 */
export function requireUsable(where: string, array: GpuArray, device: GPUDevice): void {
  requireOwn(where, array, device);
  if (array.released) throw new ReleasedArrayError(`${where}: array ${array.label} was released before this use`);
}

/**
 * Checks that an array lies on the device: a buffer of another device cannot be bound.
 *
 * @throws KernelArgumentError
 */
export function requireOwn(where: string, array: GpuArray, device: GPUDevice, name = 'array'): void {
  if (!(array instanceof GpuArray)) requireArgument(where, name, array, anArray, KernelArgumentError);
  const other = array.storage.device;
  if (other === device) return;
  throw new KernelArgumentError(
    `${where}: array ${array.label} is on ${other.label}, and this runs on ${device.label}. ` +
      'Arrays of one call must be on one device: read it there and upload it here.',
  );
}

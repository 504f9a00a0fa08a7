import { bytesPerElement, KernelArgumentError } from '../device/given.ts';
import type { GpuArray, HostData } from './gpuArray.ts';
import type { GPUDevice } from '../device/webGpuTypes.ts';

/**
 * Copies host data to the elements from `offset` on, ahead of the next submit.
 *
 * @throws KernelArgumentError where they do not fit
 */
export function writeWords(device: GPUDevice, array: GpuArray, data: HostData, offset: number): void {
  if (!(Number.isInteger(offset) && offset >= 0) || offset + data.length > array.length) {
    throw new KernelArgumentError(
      `gpu.write: ${data.length} elements from ${offset} on do not fit array ${array.label}, which has ${array.length}`,
    );
  }
  if (data.byteLength === 0) return;
  const endsWithin = data.byteLength % 4 !== 0 && offset + data.length < array.length;
  if (array.elementType === 'f16' && (offset % 2 !== 0 || endsWithin))
    throw new KernelArgumentError(
      `gpu.write: ${data.length} halves from ${offset} on end or begin within a word of array ${array.label}, which has ${array.length}; ` +
        'write from an even one on, and an even number or all',
    );
  const byteOffset = array.byteOffset + offset * bytesPerElement[array.elementType];
  const { buffer } = array.storage;
  if (data.byteLength % 4 === 0) {
    device.queue.writeBuffer(buffer, byteOffset, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  } else {
    const padded = new Uint16Array(data.length + 1);
    padded.set(data);
    device.queue.writeBuffer(buffer, byteOffset, padded);
  }
}

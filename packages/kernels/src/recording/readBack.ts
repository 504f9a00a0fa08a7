import type { Failures } from '../device/failures.ts';
import { GpuError, requireUsable } from '../device/given.ts';
import { bufferUsage } from '../memory/bufferUsage.ts';
import type { ElementType, GpuArray, HostData } from '../memory/gpuArray.ts';
import type { Recorder } from './recorder.ts';
import type { GPUDevice } from '../device/webGpuTypes.ts';

export interface ReadBackOptions {
  readonly device: GPUDevice;
  readonly recorder: Recorder;
  readonly failures: Failures;
}

/**
 * Records a copy of the array, submits, and returns what the copy then holds.
 *
 * @throws GpuError, as `requireUsable` and `Recorder.requireContent`
 */
export async function readBack(array: GpuArray, options: ReadBackOptions): Promise<HostData> {
  const { device, recorder, failures } = options;
  requireUsable('gpu.read', array, device);
  recorder.requireContent('gpu.read', array);
  const { elementType, length } = array;
  if (length === 0) return hostArray(elementType, new ArrayBuffer(0), 0);
  const size = Math.ceil(array.byteLength / 4) * 4;
  const staging = device.createBuffer({
    label: `reading ${array.label}`,
    size,
    usage: bufferUsage.mapRead | bufferUsage.copyTarget,
  });
  recorder.encode((encoder) => encoder.copyBufferToBuffer(array.storage.buffer, array.byteOffset, staging, 0, size));
  recorder.flush();
  try {
    await failures.wait(staging.mapAsync(1));
    return hostArray(elementType, staging.getMappedRange().slice(0), length);
  } catch (cause) {
    if (cause instanceof GpuError) throw cause;
    throw new GpuError(`gpu.read: reading array ${array.label} failed: ${(cause as Error).message}`, { cause });
  } finally {
    staging.destroy();
  }
}

function hostArray(elementType: ElementType, buffer: ArrayBuffer, length: number): HostData {
  if (elementType === 'f32') return new Float32Array(buffer, 0, length);
  if (elementType === 'i32') return new Int32Array(buffer, 0, length);
  if (elementType === 'u32') return new Uint32Array(buffer, 0, length);
  return new Uint16Array(buffer, 0, length);
}

import type { Failures } from '../device/failures.ts';
import { OutOfMemoryError } from '../device/given.ts';
import type { PooledBuffer } from './bufferPool.ts';
import { bufferUsage } from './bufferUsage.ts';
import type { GPUDevice } from '../device/webGpuTypes.ts';

/** Creates and destroys the buffers of one device. */
export class DeviceBuffers {
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  #count = 0;

  constructor(device: GPUDevice, failures: Failures) {
    this.#device = device;
    this.#failures = failures;
  }

  /** A zeroed buffer. If the GPU has no memory for it, the next wait reports that. */
  create(byteLength: number, label: string): PooledBuffer {
    const device = this.#device;
    device.pushErrorScope('out-of-memory');
    const buffer = device.createBuffer({
      label: `${label} #${this.#count}`,
      size: byteLength,
      usage: bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget,
    });
    const pooled: PooledBuffer = {
      id: this.#count++,
      device,
      buffer,
      byteLength,
      releasedAt: -1,
      writtenAt: -1,
      keepsContent: false,
      unusable: false,
      destroyed: false,
    };
    this.#failures.watchScope(
      device.popErrorScope(),
      ({ message }) => {
        pooled.unusable = true;
        return new OutOfMemoryError(
          `the GPU has no room for array ${label}, ${byteLength} bytes: ${message}. ` +
            'Use smaller batches or shorter sequences, or end what else uses the GPU.',
          { requestedBytes: byteLength, limitBytes: undefined, limit: 'device memory', label },
        );
      },
      true,
    );
    return pooled;
  }

  destroy(pooled: PooledBuffer): void {
    pooled.destroyed = true;
    pooled.buffer.destroy();
  }
}

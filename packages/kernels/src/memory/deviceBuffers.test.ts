import { describe, expect, it } from 'vitest';
import { deviceKit } from '../device/deviceKit.ts';
import { Failures } from '../device/failures.ts';
import { takeKit } from '../device/given.ts';
import { OutOfMemoryError } from '../errors.ts';
import { DeviceBuffers } from './deviceBuffers.ts';

takeKit(deviceKit);

/** A GPU that has no room for anything. */
const full = {
  pushErrorScope: () => {},
  popErrorScope: () => Promise.resolve({ message: 'no memory' }),
  createBuffer: () => ({ destroy: () => {} }),
} as unknown as GPUDevice;

describe('a buffer that the GPU has no room for', () => {
  it('is reported at the next wait, and is not used for another array', async () => {
    const failures = new Failures();
    const buffer = new DeviceBuffers(full, failures).create(4096, 'logits');
    const waiting = failures.wait(Promise.resolve());
    await expect(waiting).rejects.toThrow(OutOfMemoryError);
    await expect(waiting).rejects.toThrow(/no room for array logits, 4096 bytes: no memory. Use smaller batches/);
    await expect(waiting).rejects.toMatchObject({
      requestedBytes: 4096,
      limitBytes: undefined,
      limit: 'device memory',
      label: 'logits',
    });
    expect(buffer.unusable).toBe(true);
    await failures.wait(Promise.resolve());
  });
});

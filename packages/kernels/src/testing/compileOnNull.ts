import { openDevice } from '../openDevice.ts';
import type { Gpu } from '../gpu.ts';
import type { OpenDeviceOptions } from '../openDevice.ts';

/**
 * Runs `record` on Dawn's null backend, which compiles every kernel and runs none; throws what does
 * not compile.
 */
export async function compileOnNull(
  record: (gpu: Gpu) => void | Promise<void>,
  options: Pick<OpenDeviceOptions, 'robustness'> = {},
): Promise<void> {
  const gpu = await openDevice({ ...options, backend: 'null' });
  try {
    await record(gpu);
    await gpu.idle();
    await gpu.idle();
  } finally {
    gpu.destroy();
  }
}

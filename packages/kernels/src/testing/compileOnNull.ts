import { loadWebGpu } from '#platform';
import { loadVariants } from '../device/variantLoaders.ts';
import { openDevice } from '../openDevice.ts';
import type { Gpu } from '../gpu.ts';
import type { OpenDeviceOptions } from '../openDevice.ts';

/**
 * Runs `record` on Dawn's null backend, which compiles every kernel and runs none; throws the error
 * of one that does not compile.
 */
export async function compileOnNull(
  record: (gpu: Gpu) => void | Promise<void>,
  options: Pick<OpenDeviceOptions, 'robustness'> = {},
): Promise<void> {
  const [gpu] = await Promise.all([openDevice({ ...options, backend: 'null' }), loadVariants()]);
  try {
    await record(gpu);
    await gpu.idle();
    await gpu.idle();
  } finally {
    gpu.destroy();
  }
}

/**
 * The messages of the WGSL compiler about programs that the small limits of the null backend refuse
 * as pipelines.
 */
export async function messagesOnNull(programs: readonly string[]): Promise<string[]> {
  const webgpu = await loadWebGpu({ backend: 'null', robustness: true });
  const adapter = await webgpu?.requestAdapter();
  if (!adapter) throw new Error('Dawn has no null backend here');
  const features = ['shader-f16', 'subgroups', 'subgroup-size-control', 'chromium-experimental-subgroup-matrix'];
  const device = await adapter.requestDevice({ requiredFeatures: features as GPUFeatureName[] });
  const messages: string[] = [];
  device.pushErrorScope('validation');
  for (const code of programs) {
    const info = await device.createShaderModule({ code }).getCompilationInfo();
    messages.push(...info.messages.map(({ type, message, lineNum }) => `${type} in line ${lineNum}: ${message}`));
  }
  await device.popErrorScope();
  device.destroy();
  return messages;
}

import { create, globals } from 'webgpu';

/**
 * Gives Node the WebGPU of browsers, which both peers expect. Kept on `globalThis`: Dawn must
 * outlive its devices.
 */
export function provideWebGpu() {
  Object.assign(globalThis, globals);
  const gpu = create([]);
  globalThis.keptWebGpu = gpu;
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu, userAgent: 'node', hardwareConcurrency: 2 },
    configurable: true,
  });
}

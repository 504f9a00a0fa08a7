import type { WebGpuOptions } from './platform.ts';

/** The browser's own WebGPU; null where it has none. */
export function loadWebGpu(_options: WebGpuOptions): Promise<GPU | null> {
  const { navigator } = globalThis as { navigator?: { gpu?: GPU } };
  return Promise.resolve(navigator?.gpu ?? null);
}

export const noAdapterAdvice =
  'WebGPU needs a current Chrome, Edge, Safari or Firefox, a page served over https or from localhost, and graphics acceleration switched on.';

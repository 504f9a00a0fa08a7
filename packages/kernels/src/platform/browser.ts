import type { GPU } from '../device/webGpuTypes.ts';
import type { WebGpuOptions } from './platform.ts';

/**
 * The browser's own WebGPU; null where it has none.
 *
 * @throws Error for what only Dawn in Node can do
 */
export async function loadWebGpu({ backend, robustness }: WebGpuOptions): Promise<GPU | null> {
  if (!robustness) throw new Error('only Dawn in Node takes robustness: false; browsers check every index');
  if (backend) throw new Error(`only Dawn in Node has the backend ${backend}; a page has its browser's own`);
  const { navigator } = globalThis as { navigator?: { gpu?: GPU } };
  return navigator?.gpu ?? null;
}

export const noAdapterAdvice = (): string =>
  'WebGPU needs a current Chrome, Edge, Safari or Firefox, a page served over https or from localhost, and graphics acceleration switched on.';

/** Browsers settle promises by themselves; no polling is needed. */
export const waitForGpu = <T>(pending: Promise<T>): Promise<T> => pending;

/**
 * Provokes a garbage collection, and waits a turn for finalizers to run. A page cannot call the
 * collector, but it runs sooner when garbage holds much memory outside its heap, as a large buffer
 * appears to. Its pages are never touched.
 */
export function collectGarbage(): Promise<void> {
  void new ArrayBuffer(64 * 2 ** 20);
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

/** Processor cores that this page may use. */
export const coreCount = (): number =>
  (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1;

interface Storage {
  getItem(name: string): string | null;
  setItem(name: string, text: string): void;
}

// Private windows and workers have no storage, or one that throws: then every page measures again.
const storage = (): Storage | undefined => (globalThis as { localStorage?: Storage }).localStorage;

/** A table of tuned kernels, or null. */
export function readTuning(name: string): Promise<string | null> {
  try {
    return Promise.resolve(storage()?.getItem(`attune tuning ${name}`) ?? null);
  } catch {
    return Promise.resolve(null);
  }
}

export function writeTuning(name: string, text: string): Promise<void> {
  try {
    storage()?.setItem(`attune tuning ${name}`, text);
  } catch {
    // Full or forbidden; the table is only a cache.
  }
  return Promise.resolve();
}

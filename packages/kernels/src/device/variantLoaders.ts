import { KernelArgumentError } from '../errors.ts';
import type { DeviceProfile } from './profile.ts';

/** Loads what devices of a kind choose among; without a profile, all that there is. */
type VariantLoader = (profile?: DeviceProfile) => Promise<unknown>;

const loaders: VariantLoader[] = [];
const openedKinds = new Map<string, DeviceProfile>();
let late: Promise<unknown> | null = null;

/** Called once by the module of a kernel: a page without the kernel loads none of its variants. */
export function registerVariants(loader: VariantLoader): void {
  loaders.push(loader);
  // A bundle may bring the kernel after a device was opened.
  if (openedKinds.size === 0) return;
  const loading: Promise<unknown> = Promise.all([late, ...[...openedKinds.values()].map((kind) => loader(kind))])
    // Who uses the kernel hears of it.
    .catch(() => {})
    .then(() => {
      if (late === loading) late = null;
    });
  late = loading;
}

/** Loads what a device that is being opened chooses among. */
export async function loadVariantsFor(profile: DeviceProfile): Promise<void> {
  openedKinds.set(`${profile.software} ${profile.subgroupMatrix.length > 0}`, profile);
  await Promise.all(loaders.map((load) => load(profile)));
}

/** What is being loaded for devices that are open; null where nothing is. */
export const lateVariants = (): Promise<unknown> | null => late;

/**
 * Loads every way to compute products and attention, for callers who ask for one by name that their
 * adapter would not choose: `gemm(gpu, { …, variant: 'portable' })` on a processor. `openDevice`
 * loads by itself what its adapter chooses among, of the kernels that a page has by then: one that
 * imports kernels after it opened its device calls this, or `prepare`, before it uses them, as the
 * texts of many shaders come so too. Models that are loaded do so, and what trains them.
 */
export async function loadVariants(): Promise<void> {
  await Promise.all(loaders.map((load) => load()));
}

/** The error of a variant that is used before it is loaded. */
export function notLoaded(what: string): KernelArgumentError {
  return new KernelArgumentError(
    `${what} is not loaded: openDevice() loads what its adapter chooses by itself, of the kernels that a page has by then. ` +
      'Call await loadVariants() before, for all others',
  );
}

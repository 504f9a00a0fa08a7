import { KernelArgumentError } from '../errors.ts';
import type { DeviceProfile } from './profile.ts';

/** Loads the variants that devices with this profile choose among; without a profile, all. */
type VariantLoader = (profile?: DeviceProfile) => Promise<unknown>;

const loaders: VariantLoader[] = [];
const openedKinds = new Map<string, DeviceProfile>();
let late: Promise<unknown> | null = null;

/**
 * Called once by a kernel's module, so that a page without the kernel loads none of its variants.
 */
export function registerVariants(loader: VariantLoader): void {
  loaders.push(loader);
  // A bundle may load the kernel after a device was opened.
  if (openedKinds.size === 0) return;
  const loading: Promise<unknown> = Promise.all([late, ...[...openedKinds.values()].map((kind) => loader(kind))])
    // Using the kernel reports the failure.
    .catch(() => {})
    .then(() => {
      if (late === loading) late = null;
    });
  late = loading;
}

/** Loads the variants that a device chooses among, while it is being opened. */
export async function loadVariantsFor(profile: DeviceProfile): Promise<void> {
  openedKinds.set(`${profile.software} ${profile.subgroupMatrix.length > 0}`, profile);
  await Promise.all(loaders.map((load) => load(profile)));
}

/** The pending load of variants for devices that are already open, or null. */
export const lateVariants = (): Promise<unknown> | null => late;

/**
 * Loads every variant of `gemm` and `attention`, for callers who ask by name for one that their
 * adapter would not choose: `gemm(gpu, { …, variant: 'portable' })` on a software adapter.
 * `openDevice` already loads the variants that its adapter chooses among, for the kernels imported
 * by then. A page that imports kernels after opening its device calls this, or `prepare`, before it
 * uses them; loading a model and training do it themselves.
 */
export async function loadVariants(): Promise<void> {
  await Promise.all(loaders.map((load) => load()));
}

/** The error for a variant that is used before it is loaded. */
export function notLoaded(what: string): KernelArgumentError {
  return new KernelArgumentError(
    `${what} is not loaded: openDevice() loads what its adapter chooses by itself, of the kernels that a page has by then. ` +
      'Call await loadVariants() before, for all others.',
  );
}

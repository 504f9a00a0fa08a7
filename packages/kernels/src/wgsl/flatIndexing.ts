import type { DeviceProfile } from '../device/profile.ts';
import { spreadWorkgroups } from '../recording/dispatch.ts';

/** How kernels over flat arrays assign elements, or vectors of them, to threads. */
export interface FlatIndexing {
  /** Defines of `wgsl/flatIndexing`. */
  readonly defines: { readonly itemsPerThread: number };
  readonly workgroups: (count: number) => readonly [number, number, number];
}

const threads = 64;

function withItemsPerThread(itemsPerThread: number): FlatIndexing {
  return {
    defines: { itemsPerThread },
    workgroups: (count) => spreadWorkgroups(Math.ceil(count / (threads * itemsPerThread))),
  };
}

// On a software adapter, starting a workgroup costs as much as some hundred vectors.
const software = withItemsPerThread(32);
const hardware = withItemsPerThread(4);

/**
 * The indexing that suits an adapter: few large workgroups on software adapters, many small ones on
 * GPUs.
 */
export function flatIndexingFor(profile: DeviceProfile): FlatIndexing {
  return profile.software ? software : hardware;
}

import type { DeviceProfile } from '../device/profile.ts';
import { spreadWorkgroups } from '../recording/dispatch.ts';

/** How kernels over flat arrays deal elements, or vectors of them, to threads. */
export interface FlatIndexing {
  /** What `wgsl/flatIndexing` needs. */
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

// A software adapter spends as long on starting a workgroup as on some hundred vectors.
const software = withItemsPerThread(32);
const hardware = withItemsPerThread(4);

/** What fits an adapter: few large workgroups on processors, many small ones on GPUs. */
export function flatIndexingFor(profile: DeviceProfile): FlatIndexing {
  return profile.software ? software : hardware;
}

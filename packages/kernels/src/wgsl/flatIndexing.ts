import type { DeviceProfile } from '../device/profile.ts';
import { spreadWorkgroups } from '../recording/dispatch.ts';
import { wgsl } from './flatIndexing.wgsl.ts';

/** How kernels over flat arrays deal elements, or vectors of them, to threads. */
export interface FlatIndexing {
  /** `flatIndexing(workgroup, workgroups, thread, count)`, to put in front of the kernel. */
  readonly text: string;
  readonly workgroups: (count: number) => readonly [number, number, number];
}

const threads = 64;

function dealing(turns: number): FlatIndexing {
  return {
    text: `const turns = ${turns}u;\n${wgsl}`,
    workgroups: (count) => spreadWorkgroups(Math.ceil(count / (threads * turns))),
  };
}

// A software adapter spends as long on starting a workgroup as on some hundred vectors.
const software = dealing(32);
const hardware = dealing(4);

/** The share that fits an adapter: few large workgroups on processors, many small ones on GPUs. */
export function flatIndexingFor(profile: DeviceProfile): FlatIndexing {
  return profile.software ? software : hardware;
}

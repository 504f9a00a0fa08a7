import type { Gpu } from '../../gpu.ts';
import type { CumsumOptions, CumsumVariant } from './options.ts';

/** Rows that keep an adapter busy. */
const busyRows = 512;
/** Elements that are worth a thread of their own. */
const leastSteps = 1024;

type Layout = Pick<CumsumOptions, 'outer' | 'length' | 'inner' | 'variant'>;

/** One thread for each row on software adapters, and on GPUs where many rows are adjacent. */
export function chosenVariant({ profile }: Gpu, { outer, inner, variant }: Layout): CumsumVariant {
  return variant ?? (profile.software || (inner >= 64 && outer * inner >= 4096) ? 'thread' : 'workgroup');
}

/** How many chunks rows are cut into; it depends on the shape alone. */
export function chunksOf({ outer, length, inner }: Layout): { chunks: number; chunkLength: number } {
  const wanted = Math.ceil(busyRows / Math.max(1, outer * inner));
  const most = Math.ceil(length / leastSteps);
  const chunkLength = Math.max(64, Math.ceil(length / Math.max(1, Math.min(wanted, most)) / 64) * 64);
  return { chunks: Math.max(1, Math.ceil(length / chunkLength)), chunkLength };
}

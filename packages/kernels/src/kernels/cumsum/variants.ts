import type { Gpu } from '../../gpu.ts';
import type { CumsumOptions, CumsumVariant } from './options.ts';

/** Rows that keep an adapter busy. */
const busyRows = 512;
/** Steps that are worth a task of their own. */
const leastSteps = 1024;

type Layout = Pick<CumsumOptions, 'outer' | 'length' | 'inner' | 'variant'>;

/** A thread a row for software adapters, and on GPUs where many rows lie side by side. */
export function chosenVariant({ profile }: Gpu, { outer, inner, variant }: Layout): CumsumVariant {
  return variant ?? (profile.software || (inner >= 64 && outer * inner >= 4096) ? 'thread' : 'workgroup');
}

/** Into how many chunks rows are cut, by their shape alone. */
export function chunksOf({ outer, length, inner }: Layout): { chunks: number; chunkLength: number } {
  const wanted = Math.ceil(busyRows / Math.max(1, outer * inner));
  const most = Math.ceil(length / leastSteps);
  const chunkLength = Math.max(64, Math.ceil(length / Math.max(1, Math.min(wanted, most)) / 64) * 64);
  return { chunks: Math.max(1, Math.ceil(length / chunkLength)), chunkLength };
}

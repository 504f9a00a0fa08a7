import type { Gpu } from '../../gpu.ts';
import { lanesOf } from './lanes.ts';
import type { Lanes } from './lanes.ts';
import type { ReduceAlongOptions, ReducedShape } from './options.ts';

/** Elements that one thread combines where an axis is cut into parts. */
const share = 64;

/**
 * Into how many parts an axis is cut, whose results are combined by another dispatch: 1 for short
 * ones. It depends on the length alone, so that the order, and the bits, are those of every device.
 */
export function partsOf(length: number): number {
  return length <= 2 * share ? 1 : Math.ceil(length / share);
}

/**
 * Whether one dispatch takes all parts. Software adapters take longer to begin another than over
 * some thousand loads of a thread, or over more where there are threads enough for all cores.
 */
export function joinsParts(gpu: Gpu, options: ReduceAlongOptions, parts: number): boolean {
  if (partsOf(parts) > 1) return false;
  const { length, inner } = options;
  return options.joined ?? isOneWalk(gpu, options, lanesOf(length, inner, 1, parts));
}

/** The same where the order does not matter, whatever the length. */
export function isOneWalk({ profile }: Gpu, { outer, length, inner }: ReducedShape, lanes: Lanes): boolean {
  if (!profile.software) return false;
  const rows = outer * inner;
  if (rows < 16) return (length * lanes.output) / lanes.input <= 1024;
  return inner === 1 || length * rows <= 2 ** 18;
}

/** Threads of a workgroup: on software adapters few results still go to several cores. */
export function threadsFor({ profile }: Gpu, results: number): number {
  return profile.software && results <= 128 ? 16 : 64;
}

import type { Gpu } from '../../gpu.ts';
import { lanesOf } from './lanes.ts';
import type { Lanes } from './lanes.ts';
import type { ReduceAlongOptions, ReducedShape } from './options.ts';

/** Number of elements that one thread combines where an axis is cut into parts. */
const share = 64;

/**
 * Number of parts that an axis is cut into, whose results are combined afterwards: 1 for short
 * ones. It depends on the length alone, so that the order is the same on every device.
 */
export function partsOf(length: number): number {
  return length <= 2 * share ? 1 : Math.ceil(length / share);
}

/**
 * Whether one dispatch reduces all parts. On software adapters a second dispatch costs more than
 * some thousand loads of a thread, or more where there are enough threads for all cores.
 */
export function joinsParts(gpu: Gpu, options: ReduceAlongOptions, parts: number): boolean {
  if (partsOf(parts) > 1) return false;
  const { length, inner } = options;
  return options.joined ?? isOneWalk(gpu, options, lanesOf(length, inner, 1, parts));
}

/** The same for reductions whose order does not matter, whatever the length. */
export function isOneWalk({ profile }: Gpu, { outer, length, inner }: ReducedShape, lanes: Lanes): boolean {
  if (!profile.software) return false;
  const rows = outer * inner;
  if (rows < 16) return (length * lanes.output) / lanes.input <= 1024;
  return inner === 1 || length * rows <= 2 ** 18;
}

/**
 * Threads of a workgroup: fewer on software adapters, so that few results still use several cores.
 */
export function threadsFor({ profile }: Gpu, results: number): number {
  return profile.software && results <= 128 ? 16 : 64;
}

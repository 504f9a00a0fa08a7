import type { Gpu } from '../../gpu.ts';
import type { ReduceOptions } from './options.ts';

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
 * Whether one dispatch sums all parts. Software adapters take longer to begin another than over so
 * few elements, where the columns alone, or the rows of a last axis, keep their threads busy.
 */
export function joinsParts({ profile }: Gpu, { outer, length, inner, joined }: ReduceOptions, parts: number): boolean {
  const elements = outer * length * inner;
  const isSmall =
    profile.software && (inner === 1 ? outer >= 64 && elements <= 2 ** 16 : inner >= 128 && elements <= 2 ** 17);
  return partsOf(parts) === 1 && (joined ?? isSmall);
}

import type { Gpu } from '../../gpu.ts';

export type SoftmaxBackwardVariant = 'thread' | 'workgroup';
export type SoftmaxVariant = SoftmaxBackwardVariant | 'subgroup';

export const rowsPerWorkgroup: Record<SoftmaxVariant, number> = { thread: 64, subgroup: 8, workgroup: 1 };

/** Columns in one group: kernels with a row for a workgroup read single ones. */
export function widthOf(variant: SoftmaxVariant, columns: number): 1 | 4 {
  return variant !== 'workgroup' && columns % 4 === 0 ? 4 : 1;
}

/** The backward's variant, and the forward's where no subgroup takes a row. */
export function usualVariant({ profile }: Gpu, columns: number): SoftmaxBackwardVariant {
  return profile.software || columns <= 64 ? 'thread' : 'workgroup';
}

/**
 * Groups of a row that a lane can hold in registers; kernels are compiled for each of these
 * numbers, and then unrolled.
 */
const heldNumbers = [1, 2, 4, 8, 16, 24, 32];

/**
 * How many groups of a row each lane of a subgroup holds, or null where it cannot hold its share,
 * or its share is unknown.
 */
export function groupsHeld({ profile }: Gpu, columns: number): number | null {
  if (!profile.subgroups || profile.subgroupSize === 0) return null;
  const share = Math.ceil(columns / widthOf('subgroup', columns) / profile.subgroupSize);
  return heldNumbers.find((held) => held >= share) ?? null;
}

/** The forward's variant. On Mesa 25 a row for a subgroup is no faster than one for a thread. */
export function forwardVariant(gpu: Gpu, columns: number): SoftmaxVariant {
  return gpu.profile.mesaVersion >= 26 && columns > 64 && groupsHeld(gpu, columns) !== null
    ? 'subgroup'
    : usualVariant(gpu, columns);
}

import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { SoftmaxBackwardVariant, SoftmaxVariant } from './options.ts';

/** How a softmax is run: chosen once for each call. */
export interface SoftmaxPlan<Variant extends SoftmaxVariant = SoftmaxVariant> {
  readonly variant: Variant;
  /** Columns in a vector; kernels with a row for a workgroup read single ones. */
  readonly width: 1 | 4;
  readonly rowsPerWorkgroup: number;
  /** Vectors of a row that each lane of a subgroup holds; 0 for other variants. */
  readonly vectorsPerLane: number;
}

const rowsPerWorkgroup: Record<SoftmaxVariant, number> = { thread: 64, subgroup: 8, workgroup: 1 };

/**
 * The variant asked for, or the device's. On Mesa 25 a subgroup for each row is no faster than a
 * thread.
 *
 * @throws KernelArgumentError where the variant `subgroup` is asked for and cannot hold a row
 */
export function planSoftmax(gpu: Gpu, columns: number, asked?: SoftmaxVariant): SoftmaxPlan {
  const lanesHold = vectorsPerLane(gpu, columns);
  if (asked === 'subgroup' && lanesHold === null) {
    throw new KernelArgumentError(
      `softmax: a row for a subgroup needs subgroups of one known size and few enough columns for their lanes to hold; columns is ${columns}`,
    );
  }
  const bySubgroup = gpu.profile.mesaVersion >= 26 && columns > 64 && lanesHold !== null;
  const variant = asked ?? (bySubgroup ? 'subgroup' : usualVariant(gpu, columns));
  return planOf(variant, columns, variant === 'subgroup' ? (lanesHold ?? 0) : 0);
}

/** The same for the backward, which has no variant `subgroup`. */
export function planSoftmaxBackward(
  gpu: Gpu,
  columns: number,
  asked?: SoftmaxBackwardVariant,
): SoftmaxPlan<SoftmaxBackwardVariant> {
  return planOf(asked ?? usualVariant(gpu, columns), columns, 0);
}

function planOf<Variant extends SoftmaxVariant>(
  variant: Variant,
  columns: number,
  lanesHold: number,
): SoftmaxPlan<Variant> {
  return {
    variant,
    width: widthOf(variant, columns),
    rowsPerWorkgroup: rowsPerWorkgroup[variant],
    vectorsPerLane: lanesHold,
  };
}

function widthOf(variant: SoftmaxVariant, columns: number): 1 | 4 {
  return variant !== 'workgroup' && columns % 4 === 0 ? 4 : 1;
}

function usualVariant({ profile }: Gpu, columns: number): SoftmaxBackwardVariant {
  return profile.software || columns <= 64 ? 'thread' : 'workgroup';
}

/**
 * Numbers of vectors of a row that a lane can hold in registers; each has an unrolled kernel of its
 * own.
 */
const lanesCanHold = [1, 2, 4, 8, 16, 24, 32];

/**
 * Number of vectors of a row that each lane of a subgroup holds; null where that is too many, or
 * the size of subgroups is unknown.
 */
export function vectorsPerLane({ profile }: Gpu, columns: number): number | null {
  if (!profile.subgroups || profile.subgroupSize === 0) return null;
  const share = Math.ceil(columns / widthOf('subgroup', columns) / profile.subgroupSize);
  return lanesCanHold.find((vectors) => vectors >= share) ?? null;
}

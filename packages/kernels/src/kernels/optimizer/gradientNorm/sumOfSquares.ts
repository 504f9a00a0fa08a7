import { KernelArgumentError } from '../../../errors.ts';
import type { DeviceProfile } from '../../../device/profile.ts';
import type { Gpu } from '../../../gpu.ts';
import type { GpuArray } from '../../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../../recording/dispatch.ts';
import { kernelProgram } from '../../../wgsl/kernelProgram.ts';
import type { Defines } from '../../../wgsl/preprocess.ts';
import { requireArray, requireExtents, singleTypes } from '../../validate.ts';
import { wgsl as combineSource } from './combineSquares.wgsl.ts';
import { elementsPerGroupId } from '../state/stateLayout.ts';
import { wgsl as squaresSource } from './sumOfSquares.wgsl.ts';

/** A part of the gradients that lies in one buffer. */
export interface GradientSegment {
  /** f32, with zeros between and after the tensors, up to `length`. */
  readonly gradients: GpuArray;
  /** Elements used, a multiple of 64. */
  readonly length: number;
}

const vectorsPerWorkgroup = 8192;
const threadsPerWorkgroup = 64;
/** Number of partial sums that one thread adds. */
const share = 64;

export function requireSegmentLength(kernel: string, length: number): void {
  requireExtents(kernel, { length });
  if (length % elementsPerGroupId !== 0) {
    throw new KernelArgumentError(
      `${kernel}: a segment has length ${length}; it must be a multiple of ${elementsPerGroupId}, with zeros between the tensors`,
    );
  }
}

/** Threads of the workgroup that sums up all partial sums on GPUs. */
export const finalThreads = 256;

/**
 * Defines that say whether the threads of a workgroup are summed by a tree: not on software
 * adapters, where barriers are expensive.
 */
export function treeDefines({ software }: DeviceProfile, treeThreads: number): Defines {
  return software ? { tree: false } : { tree: true, treeThreads };
}

/**
 * Records the sum of squares of all segments as partial sums of scaledSum.wgsl: on GPUs one for
 * each workgroup, which a workgroup then sums; on software adapters at most 64, which one thread
 * sums. The order of summation depends on the lengths alone.
 *
 * @returns the partial sums, which the caller releases, and their number
 */
export function sumOfSquares(
  gpu: Gpu,
  kernel: string,
  segments: readonly GradientSegment[],
): { partials: GpuArray; count: number } {
  const groups = segments.map(({ gradients, length }) => {
    requireSegmentLength(kernel, length);
    requireArray(kernel, 'gradients', gradients, { length }, singleTypes);
    return Math.ceil(length / 4 / vectorsPerWorkgroup);
  });
  const { software } = gpu.profile;
  const partialsPerWorkgroup = software ? threadsPerWorkgroup : 1;
  let count = partialsPerWorkgroup * groups.reduce((sum, group) => sum + group, 0);
  let partials = gpu.allocate('u32', 2 * count, 'partial sums of squares');
  let offset = 0;
  for (const [number, { gradients, length }] of segments.entries()) {
    const workgroups = groups[number] as number;
    gpu.dispatch({
      program: kernelProgram('sumOfSquares', squaresSource, treeDefines(gpu.profile, threadsPerWorkgroup)),
      parameters: { integers: [length / 4, offset] },
      reads: [gradients],
      writes: [partials],
      workgroups: spreadWorkgroups(workgroups),
      work: { bytes: 4 * length, flops: 2 * length },
    });
    offset += workgroups * partialsPerWorkgroup;
  }
  while (software && count > share) {
    const sums = Math.ceil(count / share);
    const combined = gpu.allocate('u32', 2 * sums, 'partial sums of squares');
    gpu.dispatch({
      program: kernelProgram('combineSquares', combineSource),
      parameters: { integers: [count] },
      reads: [partials],
      writes: [combined],
      workgroups: spreadWorkgroups(Math.ceil(sums / 64)),
      work: { bytes: 8 * count },
    });
    gpu.release(partials);
    partials = combined;
    count = sums;
  }
  return { partials, count };
}

import type { Gpu } from '../../gpu.ts';
import { sum } from './member.ts';
import type { ReduceAlongOptions } from './options.ts';
import { reduceBy } from './reduceBy.ts';

/**
 * Records sums along an axis, as `reduce` does, without carrying its other members.
 * @throws KernelArgumentError
 */
export function sumAlong(gpu: Gpu, options: ReduceAlongOptions): void {
  reduceBy(gpu, sum, options);
}

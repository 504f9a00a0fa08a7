import type { Gpu } from '../../gpu.ts';
import { requireKernelOptions } from '../validate.ts';
import { reduceMembers } from './members.ts';
import { reduceKinds } from './options.ts';
import type { ReduceOptions } from './options.ts';
import { reduceBy } from './reduceBy.ts';

/**
 * Records the reduction of an axis to one value: sums, products, extremes, norms, variances; see
 * `reduceMembers`. Long axes are reduced in stages, in an order that depends on the shape alone.
 *
 * @throws KernelArgumentError
 */
export function reduce(gpu: Gpu, options: ReduceOptions): void {
  requireKernelOptions('reduce', options, reduceKinds);
  const { member, ...along } = options;
  reduceBy(gpu, { name: member, ...reduceMembers[member] }, along);
}

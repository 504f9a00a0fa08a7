import { oneOf, requireArgument } from '@attune/validate';
import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { reduceMembers } from './members.ts';
import type { ReduceOptions } from './options.ts';
import { reduceBy } from './reduceBy.ts';

const memberKind = oneOf(...Object.keys(reduceMembers));

/**
 * Records one value for all along an axis: sums, products, extremes, norms, variances; see
 * `reduceMembers`. Long axes go in stages, in an order that depends on the shape alone.
 *
 * @throws KernelArgumentError
 */
export function reduce(gpu: Gpu, { member, ...options }: ReduceOptions): void {
  if (!Object.hasOwn(reduceMembers, member))
    requireArgument('reduce', 'member', member, memberKind, KernelArgumentError);
  reduceBy(gpu, { name: member, ...reduceMembers[member] }, options);
}

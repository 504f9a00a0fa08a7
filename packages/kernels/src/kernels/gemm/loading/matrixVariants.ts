import { matrixTile } from '../matrixTile/matrixTile.ts';
import { subgroupMatrix } from '../subgroupMatrix/subgroupMatrix.ts';
import type { GemmKit } from './gemmKit.ts';
import type { LoadedVariants } from './loadedVariants.ts';

/**
 * The variants for matrix units: they round operands to f16, so they are for products that have one
 * in f16 already.
 */
export const matrixVariants = (kit: GemmKit): LoadedVariants => [
  ['subgroupMatrix', subgroupMatrix(kit)],
  ['matrixTile', matrixTile(kit)],
];

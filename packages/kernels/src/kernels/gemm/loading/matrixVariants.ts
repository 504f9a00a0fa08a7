import { matrixTile } from '../matrixTile/matrixTile.ts';
import { subgroupMatrix } from '../subgroupMatrix/subgroupMatrix.ts';
import type { GemmKit } from './gemmKit.ts';
import type { LoadedVariants } from './loadedVariants.ts';

/**
 * The variants for matrix units. They round operands to f16, so they are only for products with an
 * f16 operand.
 */
export const matrixVariants = (kit: GemmKit): LoadedVariants => [
  ['subgroupMatrix', subgroupMatrix(kit)],
  ['matrixTile', matrixTile(kit)],
];

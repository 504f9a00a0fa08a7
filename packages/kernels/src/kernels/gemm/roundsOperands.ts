import type { Gpu } from '../../gpu.ts';
import type { GemmOptions } from './options.ts';
import { planGemm } from './variants.ts';

/**
 * Whether this product, of which one operand is f16, rounds the other to f16 wherever it is read: so
 * that a copy in f16 gives the same bits, in half the bytes, to every tile and every product.
 */
export function roundsOperands(gpu: Gpu, product: Pick<GemmOptions, 'a' | 'b' | 'm' | 'n' | 'k' | 'layout'>): boolean {
  // Of matrix units; for `subgroupMatrix`, which was measured without copies, they are not made.
  return gpu.profile.subgroupMatrix.length > 0 && planGemm(gpu, product).variant === 'matrixTile';
}

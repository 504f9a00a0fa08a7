export { gpuChoices } from '../choice/gpuChoices.ts';
import { outerProduct } from '../outerProduct/outerProduct.ts';
import { portable } from '../portable/portable.ts';
import type { GemmKit } from './gemmKit.ts';
import type { LoadedVariants } from './loadedVariants.ts';

/** The variants for GPUs of every kind. */
export const gpuVariants = (kit: GemmKit): LoadedVariants => [
  ['portable', portable(kit)],
  ['outerProduct', outerProduct(kit)],
];

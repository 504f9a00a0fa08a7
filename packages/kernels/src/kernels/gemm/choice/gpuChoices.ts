import type { Gpu } from '../../../gpu.ts';
import type { GemmVariant } from '../options.ts';
import type { TileOf } from '../product/gemmTile.ts';
import { adapterClassOf } from './adapterClass.ts';
import { cardsFor, gemmCandidates, tileByCards } from './chooseTile.ts';
import type { ShapedCandidate } from './chooseTile.ts';
import { measuredChoices } from './measuredChoices.ts';
import type { GemmChoice } from './productClasses.ts';
import { tilesByTime } from './tileCost.ts';
import type { ProductShape } from './tileCost.ts';

/** How tiles are chosen on GPUs, and the parts of it that tuning uses. */
export interface GpuChoices {
  /**
   * The tile and number of parts that suit the cards of an adapter's class best. `group` is a cache
   * key for the variants to choose among, as long as the same ones are disabled.
   */
  readonly byCards: (
    gpu: Gpu,
    group: string,
    variantsOf: () => readonly GemmVariant[],
    shape: ProductShape,
  ) => GemmChoice;
  /** What was measured on this kind of adapter, by class of product. */
  readonly measured: (gpu: Gpu) => Readonly<Record<string, GemmChoice>> | undefined;
  readonly adapterClassOf: (info: Gpu['info']) => string;
  /** All ways to compute a product by these variants, with these numbers of parts. */
  readonly candidates: (
    gpu: Gpu,
    variants: readonly GemmVariant[],
    shape: ProductShape,
    splits?: readonly number[],
  ) => ShapedCandidate[];
  /** The candidates, the fastest predicted first. */
  readonly byTime: (gpu: Gpu, tried: readonly ShapedCandidate[], shape: ProductShape) => ShapedCandidate[];
}

/** Makes the choices among the tiles of `tileOf`. */
export function gpuChoices(tileOf: TileOf): GpuChoices {
  return {
    byCards: (gpu, group, variantsOf, shape) => tileByCards(tileOf, gpu, group, variantsOf, shape),
    measured: ({ info, disabledVariants }) =>
      measuredChoices.find(
        ({ adapterClass, without }) =>
          adapterClass === adapterClassOf(info) && without.every((variant) => disabledVariants.has(`gemm ${variant}`)),
      )?.choices,
    adapterClassOf,
    candidates: (...product) => gemmCandidates(tileOf, ...product),
    byTime: (gpu, tried, shape) => tilesByTime(cardsFor(gpu), tried, shape),
  };
}

import type { Gpu } from '../../gpu.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';
import type { GemmTile } from './gemmTile.ts';
import type { GemmTileSize, GemmVariant } from './options.ts';
import type { GemmChoice } from './sizeClasses.ts';
import type { ProductShape } from './tileCost.ts';

/** A variant that only GPUs take. */
export interface Candidate {
  /** @throws KernelArgumentError for a tile that it does not have, or that does not fit the device */
  readonly tileOf: (gpu: Gpu, size: GemmTileSize) => GemmTile;
  /** Whether a GPU can run it, for operands of which one is in f16, or none. */
  readonly fits: (gpu: Gpu, half: boolean) => boolean;
  /** What a table of measured choices is good for. */
  readonly sources: readonly (WgslFile | string)[];
}

/** By name; filled by `addGemmCandidates` before the first product is planned. */
export const candidates = new Map<GemmVariant, Candidate>();

/**
 * The tile and parts that the cards of an adapter's class would take. `group` names the variants
 * among which to choose, as long as the same ones are disabled.
 */
export type ChooseByCards = (
  gpu: Gpu,
  group: string,
  variantsOf: () => readonly GemmVariant[],
  shape: ProductShape,
) => GemmChoice;

/** How tiles are chosen on GPUs; set by `addGemmCandidates` too. */
export const onGpus: { chooseByCards: ChooseByCards | null } = { chooseByCards: null };

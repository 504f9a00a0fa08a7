import { shown } from '@attune/validate';
import { notLoaded } from '../../device/variantLoaders.ts';
import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';
import type { GemmTile } from './gemmTile.ts';
import { gemmVariants } from './options.ts';
import type { GemmOptions, GemmTileSize, GemmVariant } from './options.ts';
import type { GemmChoice } from './sizeClasses.ts';
import type { ProductShape, TileCandidate } from './tileCost.ts';

/** A way to compute products. */
export interface Candidate {
  /** Its tiles, smallest first. */
  readonly sizes: readonly GemmTileSize[];
  /**
   * The tile of a size, for an output of m rows.
   *
   * @throws KernelArgumentError for one that does not fit the device
   */
  readonly tileOf: (gpu: Gpu, size: GemmTileSize, m: number) => GemmTile;
  /** Whether the device can run it, for operands of which one is in f16, or none. */
  readonly fits: (gpu: Gpu, half: boolean) => boolean;
  /** The tile that it takes where none is chosen by cards. */
  readonly sizeFor: (gpu: Gpu, product: Pick<GemmOptions, 'm' | 'n'>) => GemmTileSize;
  /** What a table of measured choices is good for. */
  readonly sources: readonly (WgslFile | string)[];
}

/** A way to compute a product, and what its time depends on. */
export interface ShapedCandidate extends TileCandidate, Required<GemmChoice> {}

export type Candidates = readonly (readonly [GemmVariant, Candidate])[];

/** How tiles are chosen on GPUs. */
export interface GpuChoices {
  /**
   * The tile and parts that the cards of an adapter's class would take. `group` names the variants
   * among which to choose, as long as the same ones are disabled.
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
  /** All ways to compute a product by these variants, in so many parts. */
  readonly candidates: (
    gpu: Gpu,
    variants: readonly GemmVariant[],
    shape: ProductShape,
    splits?: readonly number[],
  ) => ShapedCandidate[];
  /** Those, the one first that is computed to be the fastest. */
  readonly byTime: (gpu: Gpu, tried: readonly ShapedCandidate[], shape: ProductShape) => ShapedCandidate[];
}

/** What is loaded, by name: see `loadVariants.ts`. */
export const candidates = new Map<GemmVariant, Candidate>();

/** Set when the variants of GPUs are loaded. */
export const onGpus: { choices: GpuChoices | null } = { choices: null };

/** @throws KernelArgumentError where it is not loaded, or there is none of that name */
export function candidateOf(variant: GemmVariant): Candidate {
  const candidate = candidates.get(variant);
  if (candidate) return candidate;
  if (gemmVariants.includes(variant)) throw notLoaded(`gemm: the variant ${variant}`);
  throw new KernelArgumentError(`gemm: variant is ${shown(variant)}; there are ${gemmVariants.join(', ')}`);
}

/** @throws KernelArgumentError where they are not loaded */
export function choicesOnGpus(): GpuChoices {
  if (!onGpus.choices) throw notLoaded('gemm: the choice of tiles on GPUs');
  return onGpus.choices;
}

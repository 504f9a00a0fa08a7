import { notLoaded } from '../../../device/variantLoaders.ts';
import { KernelArgumentError } from '../../../errors.ts';
import type { Gpu } from '../../../gpu.ts';
import type { WgslFile } from '../../../wgsl/wgslFile.ts';
import type { GpuChoices } from '../choice/gpuChoices.ts';
import type { GemmOptions, GemmTileSize, GemmVariant } from '../options.ts';
import type { GemmTile } from '../product/gemmTile.ts';

/** A loaded variant: one way to compute products. */
export interface LoadedVariant {
  /** Its tiles, smallest first. */
  readonly sizes: readonly GemmTileSize[];
  /**
   * The tile of a size, for an output of m rows.
   *
   * @throws KernelArgumentError for one that does not fit the device
   */
  readonly tileOf: (gpu: Gpu, size: GemmTileSize, m: number) => GemmTile;
  /** Whether the device can run it; `half` says whether an operand is f16. */
  readonly fits: (gpu: Gpu, half: boolean) => boolean;
  /** The default tile, where none is chosen by cards. */
  readonly sizeFor: (gpu: Gpu, product: Pick<GemmOptions, 'm' | 'n'>) => GemmTileSize;
  /** Sources that a table of measured choices depends on. */
  readonly sources: readonly (WgslFile | string)[];
}

export type LoadedVariants = readonly (readonly [GemmVariant, LoadedVariant])[];

/** By name: see `loadVariants.ts`. */
export const loadedVariants = new Map<GemmVariant, LoadedVariant>();

/** Set when the variants for GPUs are loaded. */
export const onGpus: { choices: GpuChoices | null } = { choices: null };

/** @throws KernelArgumentError where it is not loaded */
export function loadedVariant(name: GemmVariant): LoadedVariant {
  const variant = loadedVariants.get(name);
  if (variant) return variant;
  throw notLoaded(`gemm: the variant ${name}`);
}

/** @throws KernelArgumentError where they are not loaded */
export function choicesOnGpus(): GpuChoices {
  if (!onGpus.choices) throw notLoaded('gemm: the choice of tiles on GPUs');
  return onGpus.choices;
}

/** The common sizes, for variants whose tiles are named by rows and columns. */
const named: Partial<Record<GemmTileSize, GemmTileSize>> = { small: '64x64', medium: '128x64', large: '128x128' };

/** The tile of a variant, for an output of m rows. @throws KernelArgumentError */
export function tileOf(gpu: Gpu, variant: GemmVariant, size: GemmTileSize, m: number): GemmTile {
  const { sizes, tileOf: tileOfSize } = loadedVariant(variant);
  const name = sizes.includes(size) ? size : named[size];
  if (name && sizes.includes(name)) return tileOfSize(gpu, name, m);
  throw new KernelArgumentError(`gemm: tile is ${size}; the ${variant} variant has ${sizes.join(', ')}`);
}

import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { candidateOf } from './candidates.ts';
import type { GemmTile } from './gemmTile.ts';
import type { GemmTileSize, GemmVariant } from './options.ts';

/** What the sizes that every variant has are where tiles are named by their rows and columns. */
const named: Partial<Record<GemmTileSize, GemmTileSize>> = { small: '64x64', medium: '128x64', large: '128x128' };

/** The tile of a variant, for an output of m rows. @throws KernelArgumentError */
export function tileOf(gpu: Gpu, variant: GemmVariant, size: GemmTileSize, m: number): GemmTile {
  const candidate = candidateOf(variant);
  const { sizes } = candidate;
  const name = sizes.includes(size) ? size : named[size];
  if (name && sizes.includes(name)) return candidate.tileOf(gpu, name, m);
  throw new KernelArgumentError(`gemm: tile is ${size}; the ${variant} variant has ${sizes.join(', ')}`);
}

import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { wgsl as registerTile } from './registerTile.wgsl.ts';
import { wgsl as sharedTile } from './sharedTile.wgsl.ts';
import { subgroupProducts } from './subgroupProducts.ts';
import { wgsl as subgroupTile } from './subgroupTile.wgsl.ts';

/**
 * `portable`: tiles in workgroup memory, for GPUs. `subgroup`: broadcasts within a subgroup, for processors. `register`: neither, for processors
 * without subgroups of a known size.
 */
export type GemmVariant = 'portable' | 'subgroup' | 'register';

/** How a workgroup computes a tile of the output. */
export interface GemmTile {
  /** Names the variant and all that its source depends on. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** Whether it reads four elements at once where they lie together; otherwise it reads single ones. */
  readonly readsVectors: boolean;
  readonly enables: string;
  readonly source: (operands: { readonly aAlongK: boolean; readonly bAlongK: boolean }) => string;
}

/** The variant asked for, or the device's, and the height of its tile for so many rows. */
export function tileOf({ profile }: Gpu, { m, variant }: { readonly m: number; readonly variant?: GemmVariant }): GemmTile {
  const lanes = profile.subgroups ? profile.subgroupSize : 0;
  switch (variant ?? (!profile.software ? 'portable' : lanes > 0 ? 'subgroup' : 'register')) {
    case 'portable':
      return { name: 'portable', rows: 64, columns: 64, readsVectors: true, enables: '', source: () => sharedTile };
    case 'register':
      return { name: 'register', rows: 32, columns: 32, readsVectors: false, enables: '', source: () => registerTile };
    case 'subgroup': {
      if (lanes === 0) throw new KernelArgumentError('gemm: the subgroup variant needs subgroups of one known size, which this device lacks');
      const rows = m <= 4 ? 4 : m <= 8 ? 8 : 16;
      const source = (operands: { aAlongK: boolean; bAlongK: boolean }) => subgroupProducts({ rows, lanes, ...operands }) + subgroupTile;
      return { name: `subgroup ${rows} x ${lanes}`, rows, columns: 4 * lanes, readsVectors: true, enables: 'enable subgroups;', source };
    }
  }
}

/** Tiles that keep an adapter busy; software ones have few cores. */
const busyTiles = { software: 8, hardware: 256 };
const leastInnerPerPart = 256;

/** In how many parts to sum the inner dimension, so that few tiles with long sums, as weight gradients have, fill the adapter. */
export function splitsFor({ profile }: Gpu, tiles: number, k: number): number {
  const wanted = profile.software ? busyTiles.software : busyTiles.hardware;
  if (tiles === 0) return 1;
  return Math.max(1, Math.min(Math.floor(wanted / tiles), Math.floor(k / leastInnerPerPart)));
}

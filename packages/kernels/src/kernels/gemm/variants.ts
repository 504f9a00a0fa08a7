import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../gpuArray.ts';
import { wgsl as registerTile } from './registerTile.wgsl.ts';
import { wgsl as sharedTile } from './sharedTile.wgsl.ts';
import { matrixConfigOf, subgroupMatrixEnables, subgroupMatrixSource, workgroupBytes } from './subgroupMatrix.ts';
import { subgroupProducts } from './subgroupProducts.ts';
import { wgsl as subgroupTile } from './subgroupTile.wgsl.ts';

/**
 * `portable`: tiles in workgroup memory, for GPUs. `subgroupMatrix`: matrix units of GPUs, operands in f16. `subgroup`: broadcasts within a subgroup, for
 * processors. `register`: neither, for processors without subgroups of a known size.
 */
export type GemmVariant = 'portable' | 'subgroupMatrix' | 'subgroup' | 'register';

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

interface Product {
  readonly a: GpuArray;
  readonly b: GpuArray;
  readonly m: number;
  readonly n: number;
  readonly variant?: GemmVariant;
}

/** Matrix units round operands to f16, so they are for products that have one in f16 already. */
function variantFor({ profile, distrusted }: Gpu, { a, b }: Product): GemmVariant {
  const half = a.elementType === 'f16' || b.elementType === 'f16';
  const table: readonly (readonly [variant: GemmVariant, fits: boolean])[] = profile.software
    ? [
        ['subgroup', profile.subgroups && profile.subgroupSize > 0],
        ['register', true],
      ]
    : [
        ['subgroupMatrix', half && profile.subgroups && matrixConfigOf(profile) !== null],
        ['portable', true],
      ];
  return table.find(([variant, fits]) => fits && !distrusted.has(`gemm ${variant}`))?.[0] ?? 'portable';
}

/** The variant that `gemm` takes by itself. */
export function chosenVariant(gpu: Gpu, product: Product): GemmVariant {
  return product.variant ?? variantFor(gpu, product);
}

/** The variant asked for, or the device's, and its tile for a result of this size. */
export function tileOf(gpu: Gpu, product: Product): GemmTile {
  const { profile, info } = gpu;
  const { m, n } = product;
  const lanes = profile.subgroups ? profile.subgroupSize : 0;
  switch (chosenVariant(gpu, product)) {
    case 'portable':
      return { name: 'portable', rows: 64, columns: 64, readsVectors: true, enables: '', source: () => sharedTile };
    case 'register':
      return { name: 'register', rows: 32, columns: 32, readsVectors: false, enables: '', source: () => registerTile };
    case 'subgroupMatrix': {
      const config = matrixConfigOf(profile);
      if (!config || !profile.subgroups) {
        throw new KernelArgumentError(
          'gemm: the subgroupMatrix variant needs f16 matrix units with f32 sums and subgroups of one known size, which this device lacks',
        );
      }
      // Sixteen fragments a subgroup where that leaves enough workgroups, and memory for its tiles; else four.
      const large = m * n >= busyTiles.hardware * (8 * config.m) * (8 * config.n);
      const fits = workgroupBytes({ config, across: 4 }) <= info.limits.maxComputeWorkgroupStorageSize;
      const tile = { config, across: large && fits ? 4 : 2, lanes, spelling: profile.subgroupMatrixSpelling } as const;
      return {
        name: `subgroupMatrix ${config.m}x${config.n}x${config.k} ${tile.across} x ${lanes}`,
        rows: 2 * tile.across * config.m,
        columns: 2 * tile.across * config.n,
        readsVectors: true,
        enables: subgroupMatrixEnables,
        source: (operands) => subgroupMatrixSource(tile, operands),
      };
    }
    case 'subgroup': {
      if (lanes === 0)
        throw new KernelArgumentError('gemm: the subgroup variant needs subgroups of one known size, which this device lacks');
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

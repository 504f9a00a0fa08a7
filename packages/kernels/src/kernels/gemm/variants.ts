import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { gemmClassKey } from '../../autotune/gemmChoice.ts';
import type { GemmChoice } from '../../autotune/gemmChoice.ts';
import type { GemmLayout, GemmOptions, GemmTile, GemmTileSize, GemmVariant } from './options.ts';
import { wgsl as panelsSource } from './packing.wgsl.ts';
import { wgsl as registerTile } from './registerTile.wgsl.ts';
import { wgsl as sharedTile } from './sharedTile.wgsl.ts';
import { matrixConfigOf, subgroupMatrixEnables, subgroupMatrixSource, workgroupBytes } from './subgroupMatrix.ts';
import { subgroupProducts } from './subgroupProducts.ts';
import { wgsl as subgroupMatrixTile } from './subgroupMatrix.wgsl.ts';
import { wgsl as subgroupTile } from './subgroupTile.wgsl.ts';
import { wgsl as tilesSource } from './tiles.wgsl.ts';

/** The WGSL of products: a table of measured choices is good for these and no others. */
export const gemmSources = [
  registerTile,
  sharedTile,
  subgroupMatrixTile,
  subgroupProducts({ rows: 32, fours: 2, lanes: 8, aAlongK: true, bAlongK: true, aInPanels: false, bInPanels: true }),
  subgroupTile,
  panelsSource,
  tilesSource,
] as const;

interface Product {
  readonly a: GpuArray;
  readonly b: GpuArray;
  readonly m: number;
  readonly n: number;
  readonly layout?: GemmLayout;
  readonly variant?: GemmVariant;
  readonly tile?: GemmTileSize;
}

function isHalf({ a, b }: Product): boolean {
  return a.elementType === 'f16' || b.elementType === 'f16';
}

/** What `tuneKernels` found best, unless the caller chooses or the variant is wrong here. */
function tunedChoice({ tuned, disabledVariants }: Gpu, product: Product): GemmChoice | undefined {
  const { m, n, layout, variant, tile } = product;
  if (tuned.size === 0 || !layout || variant || tile) return undefined;
  const choice = tuned.get(gemmClassKey({ layout, half: isHalf(product), m, n })) as GemmChoice | undefined;
  return choice && !disabledVariants.has(`gemm ${choice.variant}`) ? choice : undefined;
}

/**
 * Threads along each side of a workgroup, and squares of 4 x 4 results along each side of what a
 * thread computes.
 */
const sharedTiles = {
  small: { side: 8, squares: 1 },
  medium: { side: 16, squares: 1 },
  large: { side: 16, squares: 2 },
} as const satisfies Record<GemmTileSize, object>;

/** Of two operands, 128 rows of 5 vectors of four: more than the 16 KiB that WebGPU promises. */
function largeTileFits({ info }: Gpu): boolean {
  return 2 * 128 * 5 * 16 <= info.limits.maxComputeWorkgroupStorageSize;
}

/**
 * The variants that this device can run and that fit it, best first. Matrix units round operands to
 * f16, so they are for products that have one in f16 already.
 */
export function fittingVariants({ profile, disabledVariants }: Gpu, half: boolean): GemmVariant[] {
  const table: readonly (readonly [variant: GemmVariant, fits: boolean])[] = profile.software
    ? [
        ['subgroup', profile.subgroups && profile.subgroupSize > 0],
        ['register', true],
      ]
    : [
        ['subgroupMatrix', half && profile.subgroups && matrixConfigOf(profile) !== null],
        ['portable', true],
      ];
  return table
    .filter(([variant, fits]) => fits && !disabledVariants.has(`gemm ${variant}`))
    .map(([variant]) => variant);
}

/** The variant that `gemm` takes by itself when it is not tuned. */
export function chosenVariant(gpu: Gpu, product: Product): GemmVariant {
  return product.variant ?? fittingVariants(gpu, isHalf(product))[0] ?? 'portable';
}

/** The variant asked for, or the device's, and its tile for a result of this size. */
export function tileOf(gpu: Gpu, product: Product): GemmTile {
  const { profile, info } = gpu;
  const { m } = product;
  const tuned = tunedChoice(gpu, product);
  const variant = tuned?.variant ?? chosenVariant(gpu, product);
  const size = tuned?.tile ?? product.tile ?? sizeFor(gpu, variant, product);
  const lanes = profile.subgroups ? profile.subgroupSize : 0;
  switch (variant) {
    case 'portable': {
      const { side, squares } = sharedTiles[size === 'large' && !largeTileFits(gpu) ? 'medium' : size];
      const edge = 4 * side * squares;
      const source = () => `const side = ${side}u;\nconst squares = ${squares}u;\n${sharedTile}`;
      return {
        name: `portable ${edge}`,
        rows: edge,
        columns: edge,
        readsVectors: true,
        readsPanels: false,
        enables: '',
        source,
      };
    }
    case 'register':
      return {
        name: 'register',
        rows: 32,
        columns: 32,
        readsVectors: false,
        readsPanels: false,
        enables: '',
        source: () => registerTile,
      };
    case 'subgroupMatrix': {
      const config = matrixConfigOf(profile);
      if (!config || !profile.subgroups) {
        throw new KernelArgumentError(
          'gemm: the subgroupMatrix variant needs f16 matrix units with f32 sums and subgroups of one known size, which this device lacks',
        );
      }
      const fits = workgroupBytes({ config, across: 4 }) <= info.limits.maxComputeWorkgroupStorageSize;
      const tile = {
        config,
        across: size !== 'small' && fits ? 4 : 2,
        lanes,
        spelling: profile.subgroupMatrixSpelling,
      } as const;
      return {
        name: `subgroupMatrix ${config.m}x${config.n}x${config.k} ${tile.across} x ${lanes}`,
        rows: 2 * tile.across * config.m,
        columns: 2 * tile.across * config.n,
        readsVectors: true,
        readsPanels: false,
        enables: subgroupMatrixEnables,
        source: (operands) => subgroupMatrixSource(tile, operands),
      };
    }
    case 'subgroup': {
      if (lanes === 0)
        throw new KernelArgumentError(
          'gemm: the subgroup variant needs subgroups of one known size, which this device lacks',
        );
      const rows = subgroupRows(m, size);
      const fours = size === 'large' ? 2 : 1;
      return {
        name: `subgroup ${rows} x ${lanes}${fours > 1 ? ` by ${fours}` : ''}`,
        rows,
        columns: 4 * fours * lanes,
        readsVectors: true,
        readsPanels: true,
        enables: 'enable subgroups;',
        source: (order) => subgroupProducts({ rows, fours, lanes, ...order }) + subgroupTile,
      };
    }
  }
}

/** Rows of a subgroup's tile: 32, unless many of them would lie beyond the edge. */
function subgroupRows(m: number, size: GemmTileSize): number {
  if (m <= 4) return 4;
  if (m <= 8) return 8;
  const padded = (rows: number) => Math.ceil(m / rows) * rows;
  return size === 'small' || padded(32) - padded(16) > m / 8 ? 16 : 32;
}

/** The largest tile of which there are still enough to keep the adapter busy. */
function sizeFor(gpu: Gpu, variant: GemmVariant, { m, n }: Product): GemmTileSize {
  const { profile } = gpu;
  const tilesOf = (rows: number, columns = rows) => Math.ceil(m / rows) * Math.ceil(n / columns);
  switch (variant) {
    case 'portable': {
      if (largeTileFits(gpu) && tilesOf(128) >= busyTiles.hardware) return 'large';
      return tilesOf(64) >= busyTiles.hardware / 4 ? 'medium' : 'small';
    }
    case 'subgroupMatrix': {
      const config = matrixConfigOf(profile);
      return config && tilesOf(8 * config.m, 8 * config.n) >= busyTiles.hardware ? 'large' : 'small';
    }
    case 'subgroup':
      // Mesa 26 loads with gathers, which leave registers for twice the sums.
      return profile.mesaVersion >= 26 && m > 8 && n > 4 * profile.subgroupSize ? 'large' : 'medium';
    case 'register':
      return 'small';
  }
}

/** Tiles that keep an adapter busy; software ones have few cores. */
const busyTiles = { software: 8, hardware: 256 };
const leastInnerPerPart = 256;

/**
 * In how many parts to sum the inner dimension, so that few tiles with long sums, as weight
 * gradients have, fill the adapter.
 */
export function splitsFor({ profile }: Gpu, tiles: number, k: number): number {
  const wanted = profile.software ? busyTiles.software : busyTiles.hardware;
  if (tiles === 0) return 1;
  return Math.max(1, Math.min(Math.floor(wanted / tiles), Math.floor(k / leastInnerPerPart)));
}

/**
 * Which operands to copy to panels first: B's, and A's where it is stored the wrong way round for
 * the tiles. Mesa 26 loads by gathers that wait for the cache, and elsewhere than in panels a
 * tile's columns lie a row apart; on Mesa 25 loads cost instructions, wherever they go. The copy
 * must be shared by enough tiles; columns stored one after the other (NT) gain most, as each vector
 * that a lane reads lies in another row.
 */
export function panelsFor(
  { profile }: Gpu,
  { readsPanels }: GemmTile,
  { m, n, k, layout, batch, panels }: Pick<GemmOptions, 'm' | 'n' | 'k' | 'layout' | 'batch' | 'panels'>,
): { readonly a: boolean; readonly b: boolean } {
  const possible = readsPanels && k > 0 && k % 4 === 0 && batch === undefined;
  if (panels && !possible) {
    throw new KernelArgumentError(
      `gemm: panels are for the subgroup variant, an inner dimension of fours and one matrix; k is ${k}${batch ? ', in a batch' : ''}`,
    );
  }
  const pays =
    profile.mesaVersion >= 26 && m >= 512 && n >= 128 && (layout === 'NT' || (k >= 768 && m * k >= 2048 * 768));
  const chosen = possible && (panels ?? pays);
  return { a: chosen && layout === 'TN', b: chosen };
}

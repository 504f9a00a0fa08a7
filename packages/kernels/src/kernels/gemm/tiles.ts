import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { generatedWgsl } from '../../wgsl/kernelProgram.ts';
import type { Defines } from '../../wgsl/preprocess.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';
import { wgsl as matrixTileSource } from './matrixTile.wgsl.ts';
import { matrixTileCosts, matrixTileOf, matrixTiles } from './matrixTiles.ts';
import type { MatrixTile, MatrixTileSize } from './matrixTiles.ts';
import type { GemmTileSize, GemmVariant, OuterProductTileSize } from './options.ts';
import { outerProductSizes, outerProductText, outerProductTiles } from './outerProduct.ts';
import { wgsl as outerProductSource } from './outerProduct.wgsl.ts';
import { wgsl as registerSource } from './registerTile.wgsl.ts';
import { wgsl as sharedSource } from './sharedTile.wgsl.ts';
import { runnableMatrixConfig, subgroupMatrixText, workgroupBytes } from './subgroupMatrix.ts';
import { wgsl as subgroupMatrixSource } from './subgroupMatrix.wgsl.ts';
import { subgroupProducts } from './subgroupProducts.ts';
import { wgsl as subgroupSource } from './subgroupTile.wgsl.ts';

/** How the operands lie in memory. */
interface OperandOrder {
  readonly aAlongK: boolean;
  readonly bAlongK: boolean;
  readonly aVec4: boolean;
  readonly bVec4: boolean;
  readonly aPacked: boolean;
  readonly bPacked: boolean;
}

/** How a workgroup computes a tile of the output. */
export interface GemmTile {
  readonly rows: number;
  readonly columns: number;
  /** It reads four elements at once where they lie together; otherwise it reads single ones. */
  readonly readsVectors: boolean;
  /** It can read packed operands. */
  readonly readsPacked: boolean;
  readonly source: WgslFile;
  /** What the source needs besides the access to arrays. */
  readonly defines: (order: OperandOrder) => Defines;
  /** Of the variant `matrixTile`, whose program is made by `matrixTileProgram`. */
  readonly matrix?: MatrixTile;
}

/**
 * Threads along each side of a workgroup, and blocks of 4 x 4 results along each side of what a
 * thread computes.
 */
const sharedTiles = {
  small: { side: 8, blocks4x4: 1 },
  medium: { side: 16, blocks4x4: 1 },
  large: { side: 16, blocks4x4: 2 },
} as const;

type NamedSize = keyof typeof sharedTiles;

const isNamed = (size: GemmTileSize): size is NamedSize => size in sharedTiles;

/** Of two operands, 128 rows of 5 vectors of four: more than the 16 KiB that WebGPU promises. */
export function largeTileFits({ info }: Gpu): boolean {
  return 2 * 128 * 5 * 16 <= info.limits.maxComputeWorkgroupStorageSize;
}

/** The tile of a variant, for an output of m rows. @throws KernelArgumentError */
export function tileOf(gpu: Gpu, variant: GemmVariant, size: GemmTileSize, m: number): GemmTile {
  if (variant === 'outerProduct') return outerProductTile(sizedName(size, outerProductTiles));
  if (variant === 'matrixTile') return matrixTile(gpu, sizedName(size, matrixTiles));
  if (!isNamed(size)) {
    throw new KernelArgumentError(
      `gemm: tile is ${size}; the ${variant} variant has ${Object.keys(sharedTiles).join(', ')}`,
    );
  }
  switch (variant) {
    case 'portable':
      return sharedTile(size === 'large' && !largeTileFits(gpu) ? 'medium' : size);
    case 'register':
      return registerTile;
    case 'subgroupMatrix':
      return subgroupMatrixTile(gpu, size);
    case 'subgroup':
      return subgroupTile(gpu, size, m);
  }
}

/** What the three names are where tiles are named by their rows and columns. */
const sizedNames = { small: '64x64', medium: '128x64', large: '128x128' } as const;

/** @throws KernelArgumentError for a tile of another variant */
function sizedName<N extends string>(size: GemmTileSize, tiles: Readonly<Record<N, object>>): N {
  const name: string = isNamed(size) ? sizedNames[size] : size;
  if (!Object.hasOwn(tiles, name)) {
    throw new KernelArgumentError(`gemm: tile is ${size}; the variant has ${Object.keys(tiles).join(', ')}`);
  }
  return name as N;
}

function outerProductTile(size: OuterProductTileSize): GemmTile {
  const tile = outerProductTiles[size];
  const { rows, columns } = outerProductSizes(tile);
  return {
    rows,
    columns,
    readsVectors: true,
    readsPacked: false,
    source: outerProductSource,
    defines: ({ aAlongK, bAlongK, aVec4, bVec4 }) => ({
      main: generatedWgsl({ ...tile, aAlongK, bAlongK, aVec4, bVec4 }, outerProductText),
    }),
  };
}

const registerTile: GemmTile = {
  rows: 32,
  columns: 32,
  readsVectors: false,
  readsPacked: false,
  source: registerSource,
  defines: () => ({}),
};

function sharedTile(size: NamedSize): GemmTile {
  const { side, blocks4x4 } = sharedTiles[size];
  const edge = 4 * side * blocks4x4;
  const defines = { side, blocks4x4 };
  return {
    rows: edge,
    columns: edge,
    readsVectors: true,
    readsPacked: false,
    source: sharedSource,
    defines: () => defines,
  };
}

function matrixTile(gpu: Gpu, size: MatrixTileSize): GemmTile {
  const matrix = matrixTileOf(gpu, size);
  if (!matrix) throw new KernelArgumentError(`gemm: the matrixTile variant ${needsOfMatrices}`);
  const { rows, columns } = matrixTileCosts(matrix);
  return {
    rows,
    columns,
    readsVectors: true,
    readsPacked: false,
    source: matrixTileSource,
    defines: () => ({}),
    matrix,
  };
}

const needsOfMatrices =
  'needs f16 matrix units with f32 sums, subgroups of one known size, and workgroups of four of them, which this device lacks';

function subgroupMatrixTile(gpu: Gpu, size: NamedSize): GemmTile {
  const { profile, info } = gpu;
  const config = runnableMatrixConfig(gpu);
  if (!config) {
    throw new KernelArgumentError(`gemm: the subgroupMatrix variant ${needsOfMatrices}`);
  }
  const { m, n, k } = config;
  const across = size !== 'small' && workgroupBytes(config, 4) <= info.limits.maxComputeWorkgroupStorageSize ? 4 : 2;
  const sizes = { m, n, k, across, lanes: profile.subgroupSize };
  const majorness = profile.subgroupMatrixSpelling === 'majorness';
  return {
    rows: 2 * across * m,
    columns: 2 * across * n,
    readsVectors: true,
    readsPacked: false,
    source: subgroupMatrixSource,
    defines: ({ aAlongK, bAlongK }) => ({
      fragments: generatedWgsl({ ...sizes, aAlongK, bAlongK, majorness }, subgroupMatrixText),
    }),
  };
}

function subgroupTile({ profile }: Gpu, size: NamedSize, m: number): GemmTile {
  const lanes = profile.subgroups ? profile.subgroupSize : 0;
  if (lanes === 0)
    throw new KernelArgumentError(
      'gemm: the subgroup variant needs subgroups of one known size, which this device lacks',
    );
  const rows = subgroupRows(m, size);
  const vec4sPerLane = size === 'large' ? 2 : 1;
  return {
    rows,
    columns: 4 * vec4sPerLane * lanes,
    readsVectors: true,
    readsPacked: true,
    source: subgroupSource,
    defines: ({ aAlongK, bAlongK, aPacked, bPacked }) => ({
      products: generatedWgsl({ rows, vec4sPerLane, lanes, aAlongK, bAlongK }, subgroupProducts),
      aPacked,
      bPacked,
    }),
  };
}

/** Rows of a subgroup's tile: 32, unless many of them would lie beyond the edge. */
function subgroupRows(m: number, size: NamedSize): number {
  if (m <= 4) return 4;
  if (m <= 8) return 8;
  const padded = (rows: number) => Math.ceil(m / rows) * rows;
  return size === 'small' || padded(32) - padded(16) > m / 8 ? 16 : 32;
}

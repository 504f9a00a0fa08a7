import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { generatedWgsl } from '../../wgsl/kernelProgram.ts';
import { candidates } from './candidates.ts';
import type { Candidate } from './candidates.ts';
import type { GemmTile } from './gemmTile.ts';
import type { GemmTileSize, GemmVariant } from './options.ts';
import { wgsl as registerSource } from './registerTile.wgsl.ts';
import { wgsl as sharedSource } from './sharedTile.wgsl.ts';
import { runnableMatrixConfig, subgroupMatrixText, workgroupBytes } from './subgroupMatrix.ts';
import { wgsl as subgroupMatrixSource } from './subgroupMatrix.wgsl.ts';
import { subgroupProducts } from './subgroupProducts.ts';
import { wgsl as subgroupSource } from './subgroupTile.wgsl.ts';

/**
 * Threads along each side of a workgroup, and blocks of 4 x 4 results along each side of what a
 * thread computes.
 */
const sharedTiles = {
  small: { side: 8, blocks4x4: 1 },
  medium: { side: 16, blocks4x4: 1 },
  large: { side: 16, blocks4x4: 2 },
} as const;

/** Sizes that every variant has. */
export type NamedSize = keyof typeof sharedTiles;

export const isNamed = (size: GemmTileSize): size is NamedSize => size in sharedTiles;

/** Of two operands, 128 rows of 5 vectors of four: more than the 16 KiB that WebGPU promises. */
export function largeTileFits({ info }: Gpu): boolean {
  return 2 * 128 * 5 * 16 <= info.limits.maxComputeWorkgroupStorageSize;
}

/** The tile of a variant, for an output of m rows. @throws KernelArgumentError */
export function tileOf(gpu: Gpu, variant: GemmVariant, size: GemmTileSize, m: number): GemmTile {
  if (variant === 'outerProduct' || variant === 'matrixTile')
    return (candidates.get(variant) as Candidate).tileOf(gpu, size);
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
    sumsColumns: true,
    source: sharedSource,
    defines: () => defines,
  };
}

/** What a variant for matrix units needs. */
export const needsOfMatrices =
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
    // A thread reads the same columns of A in every turn, and what it found fits where finished
    // fragments go.
    sumsColumns: (4 * profile.subgroupSize) % ((2 * across * m) / 4) === 0 && 4 * profile.subgroupSize <= m * n,
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

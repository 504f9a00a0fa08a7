import type { Gpu } from '../../gpu.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';
import type { Candidates } from './candidates.ts';
import type { GemmTile } from './gemmTile.ts';
import type { GemmKit } from './kit.ts';
import { wgsl as matrixTileSource } from './matrixTile.wgsl.ts';
import { matrixTileMain } from './matrixTileMain.ts';
import { matrixTileProgram } from './matrixTileProgram.ts';
import { matrixTileCosts, matrixTileNamed, matrixTileOf, matrixTiles } from './matrixTiles.ts';
import type { MatrixTileSize } from './matrixTiles.ts';
import type { GemmTileSize } from './options.ts';
import { runnableMatrixConfig, subgroupMatrixText, workgroupBytes } from './subgroupMatrix.ts';
import { wgsl as subgroupMatrixSource } from './subgroupMatrix.wgsl.ts';

/**
 * The variants for matrix units: they round operands to f16, so they are for products that have one
 * in f16 already.
 */
export function matrixVariants(kit: GemmKit): Candidates {
  const [subgroupMatrix, matrix] = [kit.complete(subgroupMatrixSource), kit.complete(matrixTileSource)];
  return [
    [
      'subgroupMatrix',
      {
        sizes: ['small', 'medium', 'large'],
        tileOf: (gpu, size) => subgroupMatrixTile(kit, subgroupMatrix, gpu, size),
        fits: (gpu, half) => half && runnableMatrixConfig(gpu) !== null,
        sizeFor(gpu, { m, n }) {
          const config = runnableMatrixConfig(gpu);
          const tiles = config && Math.ceil(m / (8 * config.m)) * Math.ceil(n / (8 * config.n));
          return tiles && tiles >= kit.busyTiles.hardware ? 'large' : 'small';
        },
        sources: [subgroupMatrix],
      },
    ],
    [
      'matrixTile',
      {
        sizes: Object.keys(matrixTiles) as MatrixTileSize[],
        tileOf: (gpu, size) => matrixTile(kit, matrix, gpu, size as MatrixTileSize),
        fits: (gpu, half) => half && matrixTileOf(gpu, '64x64') !== null,
        sizeFor: () => 'small',
        sources: [
          matrix,
          matrixTileMain({
            ...matrixTileNamed('128x128', { m: 16, n: 16, k: 16 }, 32, true),
            aAlongK: true,
            bAlongK: false,
            aEights: true,
            bEights: true,
            direct: true,
            bias: true,
            accumulate: false,
            columnSums: false,
            majorness: true,
          }),
        ],
      },
    ],
  ];
}

const needs =
  'needs f16 matrix units with f32 sums, subgroups of one known size, and workgroups of four of them, which this device lacks';

function subgroupMatrixTile(kit: GemmKit, source: WgslFile, gpu: Gpu, size: GemmTileSize): GemmTile {
  const { profile, info } = gpu;
  const config = runnableMatrixConfig(gpu);
  if (!config) throw new kit.KernelArgumentError(`gemm: the subgroupMatrix variant ${needs}`);
  const { m, n, k } = config;
  const across = size !== 'small' && workgroupBytes(config, 4) <= info.limits.maxComputeWorkgroupStorageSize ? 4 : 2;
  const sizes = { m, n, k, across, lanes: profile.subgroupSize };
  const majorness = profile.subgroupMatrixSpelling === 'majorness';
  return {
    rows: 2 * across * m,
    columns: 2 * across * n,
    readsVectors: true,
    // A thread reads the same columns of A in every turn, and what it found fits where finished
    // fragments go.
    sumsColumns: (4 * profile.subgroupSize) % ((2 * across * m) / 4) === 0 && 4 * profile.subgroupSize <= m * n,
    source,
    defines: ({ aAlongK, bAlongK }) => ({
      fragments: kit.generatedWgsl({ ...sizes, aAlongK, bAlongK, majorness }, subgroupMatrixText),
    }),
  };
}

function matrixTile(kit: GemmKit, source: WgslFile, gpu: Gpu, size: MatrixTileSize): GemmTile {
  const matrix = matrixTileOf(gpu, size);
  if (!matrix) throw new kit.KernelArgumentError(`gemm: the matrixTile variant ${needs}`);
  const { rows, columns, threads } = matrixTileCosts(matrix);
  return {
    rows,
    columns,
    kind: `${threads} threads in ${matrix.slices}`,
    readsVectors: true,
    sumsColumns: true,
    source,
    defines: () => ({}),
    program: (device, product, epilogue) => matrixTileProgram(kit, device, matrix, product, epilogue),
  };
}

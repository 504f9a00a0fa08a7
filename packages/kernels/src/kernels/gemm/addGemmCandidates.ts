import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { generatedWgsl } from '../../wgsl/kernelProgram.ts';
import { candidates, onGpus } from './candidates.ts';
import { tileByCards } from './chooseTile.ts';
import { wgsl as matrixTileSource } from './matrixTile.wgsl.ts';
import { matrixTileMain } from './matrixTileMain.ts';
import { matrixTileProgram } from './matrixTileProgram.ts';
import { matrixTileCosts, matrixTileNamed, matrixTileOf, matrixTiles } from './matrixTiles.ts';
import type { MatrixTileSize } from './matrixTiles.ts';
import type { GemmTileSize, OuterProductTileSize } from './options.ts';
import { outerProductSizes, outerProductText, outerProductTiles } from './outerProduct.ts';
import { wgsl as outerProductSource } from './outerProduct.wgsl.ts';
import { isNamed, needsOfMatrices } from './tiles.ts';
import type { GemmTile } from './gemmTile.ts';

/**
 * Gives `gemm` the variants `outerProduct` and `matrixTile`, and the choice of tiles by the kind of
 * card. A table that both could import would need what imports it.
 */
export function addGemmCandidates(): void {
  if (candidates.size > 0) return;
  onGpus.chooseByCards = tileByCards;
  candidates.set('outerProduct', {
    tileOf: (_, size) => outerProductTile(sizedName(size, outerProductTiles)),
    fits: () => true,
    sources: [
      outerProductSource,
      outerProductText({
        ...outerProductTiles['64x64'],
        aAlongK: false,
        bAlongK: true,
        aVec4: true,
        bVec4: false,
        columnSums: true,
      }),
    ],
  });
  candidates.set('matrixTile', {
    tileOf: (gpu, size) => matrixTile(gpu, sizedName(size, matrixTiles)),
    fits: (gpu, half) => half && matrixTileOf(gpu, '64x64') !== null,
    sources: [
      matrixTileSource,
      matrixTileMain({
        ...matrixTileNamed('128x128', { m: 16, n: 16, k: 16 }, 32, true),
        aAlongK: true,
        bAlongK: false,
        aEights: true,
        bEights: true,
        direct: true,
        bias: true,
        accumulate: false,
        majorness: true,
      }),
    ],
  });
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
    sumsColumns: true,
    source: outerProductSource,
    defines: ({ aAlongK, bAlongK, aVec4, bVec4, columnSums }) => ({
      main: generatedWgsl({ ...tile, aAlongK, bAlongK, aVec4, bVec4, columnSums }, outerProductText),
    }),
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
    program: (device, product, epilogue) => matrixTileProgram(device, matrix, product, epilogue),
  };
}

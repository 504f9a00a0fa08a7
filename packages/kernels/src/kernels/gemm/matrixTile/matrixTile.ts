import type { GemmKit } from '../loading/gemmKit.ts';
import type { LoadedVariant } from '../loading/loadedVariants.ts';
import type { GemmTile } from '../product/gemmTile.ts';
import { wgsl } from './matrixTile.wgsl.ts';
import { matrixTileMain } from './main.ts';
import { matrixTileProgram } from './program.ts';
import { matrixTileCosts, matrixTileNamed, matrixTileOf, matrixTiles } from './tiles.ts';
import type { MatrixTile, MatrixTileSize } from './tiles.ts';
import { matrixUnitsNeeded } from '../subgroupMatrix/config.ts';

/** Unrolled tiles of fragments, for matrix units. */
export function matrixTile(kit: GemmKit): LoadedVariant {
  const source = kit.complete(wgsl);
  const made = new WeakMap<MatrixTile, GemmTile>();
  const tileWith = (tile: MatrixTile): GemmTile => {
    const { rows, columns, threads } = matrixTileCosts(tile);
    const programs = new kit.ProgramsByFlags();
    return {
      rows,
      columns,
      kind: `${threads} threads in ${tile.slices}`,
      readsVectors: true,
      sumsColumns: true,
      source,
      defines: () => ({}),
      program: (gpu, product, epilogue) => matrixTileProgram(kit, { gpu, tile, source, programs, product, epilogue }),
    };
  };
  return {
    sizes: Object.keys(matrixTiles) as MatrixTileSize[],
    tileOf(gpu, size) {
      const tile = matrixTileOf(gpu, size as MatrixTileSize);
      if (!tile) throw new kit.KernelArgumentError(`gemm: the matrixTile variant ${matrixUnitsNeeded}`);
      let gemmTile = made.get(tile);
      if (!gemmTile) made.set(tile, (gemmTile = tileWith(tile)));
      return gemmTile;
    },
    fits: (gpu, half) => half && matrixTileOf(gpu, '64x64') !== null,
    sizeFor: () => 'small',
    sources: [
      source,
      matrixTileMain({
        ...matrixTileNamed('128x128', { m: 16, n: 16, k: 16 }, 32, true),
        asksLanes: false,
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
  };
}

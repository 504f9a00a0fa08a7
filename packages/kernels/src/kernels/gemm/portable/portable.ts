import type { Gpu } from '../../../gpu.ts';
import type { GemmKit } from '../loading/gemmKit.ts';
import type { LoadedVariant } from '../loading/loadedVariants.ts';
import type { GemmTile } from '../product/gemmTile.ts';
import { wgsl } from './portable.wgsl.ts';

/** Tiles in workgroup memory, for every GPU. */
export function portable({ busyTiles, complete }: GemmKit): LoadedVariant {
  const source = complete(wgsl);
  // Threads along each side of a workgroup, and 4 x 4 blocks of results along each side of a
  // thread's part.
  const tileWith = (defines: { readonly side: number; readonly blocks4x4: number }): GemmTile => {
    const edge = 4 * defines.side * defines.blocks4x4;
    return { rows: edge, columns: edge, readsVectors: true, sumsColumns: true, source, defines: () => defines };
  };
  const tiles = {
    small: tileWith({ side: 8, blocks4x4: 1 }),
    medium: tileWith({ side: 16, blocks4x4: 1 }),
    large: tileWith({ side: 16, blocks4x4: 2 }),
  };
  return {
    sizes: ['small', 'medium', 'large'],
    tileOf: (gpu, size) => tiles[size === 'large' && !largeTileFits(gpu) ? 'medium' : (size as keyof typeof tiles)],
    fits: () => true,
    sizeFor(gpu, { m, n }) {
      const tilesOf = (edge: number) => Math.ceil(m / edge) * Math.ceil(n / edge);
      if (largeTileFits(gpu) && tilesOf(128) >= busyTiles.hardware) return 'large';
      return tilesOf(64) >= busyTiles.hardware / 4 ? 'medium' : 'small';
    },
    sources: [source],
  };
}

/**
 * Two operands of 128 rows of 5 vectors of four take more than the 16 KiB that WebGPU guarantees.
 */
function largeTileFits({ info }: Gpu): boolean {
  return 2 * 128 * 5 * 16 <= info.limits.maxComputeWorkgroupStorageSize;
}

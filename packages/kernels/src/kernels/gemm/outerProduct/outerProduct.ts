import type { GemmKit } from '../loading/gemmKit.ts';
import type { LoadedVariant } from '../loading/loadedVariants.ts';
import type { OuterProductTileSize } from '../options.ts';
import type { GemmTile } from '../product/gemmTile.ts';
import { outerProductMain } from './main.ts';
import { wgsl } from './outerProduct.wgsl.ts';
import { outerProductFits, outerProductResources, outerProductSizes, outerProductTiles } from './tiles.ts';
import type { OuterProductTile } from './tiles.ts';

/** Unrolled tiles of outer products, for every GPU. */
export function outerProduct({ complete, generatedWgsl }: GemmKit): LoadedVariant {
  const source = complete(wgsl);
  const tileWith = (tile: OuterProductTile): GemmTile => {
    const { rows, columns, threads } = outerProductSizes(tile);
    return {
      rows,
      columns,
      kind: `${threads} threads`,
      readsVectors: true,
      sumsColumns: true,
      source,
      defines: ({ aAlongK, bAlongK, aVec4, bVec4, columnSums }) => ({
        main: generatedWgsl({ ...tile, aAlongK, bAlongK, aVec4, bVec4, columnSums }, outerProductMain),
      }),
    };
  };
  const sizes = Object.keys(outerProductTiles) as OuterProductTileSize[];
  const tiles = Object.fromEntries(sizes.map((size) => [size, tileWith(outerProductTiles[size])]));
  const resources = Object.fromEntries(sizes.map((size) => [size, outerProductResources(outerProductTiles[size])]));
  return {
    sizes,
    tileOf: ({ info }, size) => tiles[outerProductFits(resources[size]!, info.limits) ? size : '64x64']!,
    fits: () => true,
    sizeFor: () => 'small',
    sources: [
      source,
      ...(['64x64', '48x64sliced4'] as const).map((size) => {
        const reads = { aAlongK: false, bAlongK: true, aVec4: true, bVec4: false, columnSums: true };
        return outerProductMain({ ...outerProductTiles[size], ...reads });
      }),
    ],
  };
}

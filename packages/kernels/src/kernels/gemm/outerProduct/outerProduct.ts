import type { GemmKit } from '../loading/gemmKit.ts';
import type { LoadedVariant } from '../loading/loadedVariants.ts';
import type { OuterProductTileSize } from '../options.ts';
import { outerProductMain } from './main.ts';
import { wgsl } from './outerProduct.wgsl.ts';
import { outerProductFits, outerProductSizes, outerProductTiles } from './tiles.ts';
import type { OuterProductTile } from './tiles.ts';

/** Unrolled tiles of outer products, for every GPU. */
export function outerProduct({ complete, generatedWgsl }: GemmKit): LoadedVariant {
  const source = complete(wgsl);
  return {
    sizes: Object.keys(outerProductTiles) as OuterProductTileSize[],
    tileOf({ info }, size) {
      const wanted: OuterProductTile = outerProductTiles[size as OuterProductTileSize];
      const tile = outerProductFits(wanted, info.limits) ? wanted : outerProductTiles['64x64'];
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
    },
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

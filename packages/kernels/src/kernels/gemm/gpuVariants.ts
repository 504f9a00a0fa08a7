import type { Gpu } from '../../gpu.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';
import { adapterClassOf } from './adapterClass.ts';
import type { Candidates, GpuChoices } from './candidates.ts';
import { cardsFor, gemmCandidates, tileByCards } from './chooseTile.ts';
import type { GemmTile } from './gemmTile.ts';
import type { GemmKit } from './kit.ts';
import { measuredChoices } from './measuredChoices.ts';
import type { OuterProductTileSize } from './options.ts';
import { outerProductSizes, outerProductText, outerProductTiles } from './outerProduct.ts';
import { wgsl as outerProductSource } from './outerProduct.wgsl.ts';
import { wgsl as sharedSource } from './sharedTile.wgsl.ts';
import { tilesByTime } from './tileCost.ts';

/**
 * Threads along each side of a workgroup, and blocks of 4 x 4 results along each side of what a
 * thread computes.
 */
const sharedTiles = {
  small: { side: 8, blocks4x4: 1 },
  medium: { side: 16, blocks4x4: 1 },
  large: { side: 16, blocks4x4: 2 },
} as const;

/** The variants for GPUs of every kind. */
export function gpuVariants(kit: GemmKit): Candidates {
  const { busyTiles, complete } = kit;
  const [shared, outerProduct] = [complete(sharedSource), complete(outerProductSource)];
  return [
    [
      'portable',
      {
        sizes: ['small', 'medium', 'large'],
        tileOf: (gpu, size) =>
          sharedTile(shared, size === 'large' && !largeTileFits(gpu) ? 'medium' : (size as keyof typeof sharedTiles)),
        fits: () => true,
        sizeFor(gpu, { m, n }) {
          const tilesOf = (edge: number) => Math.ceil(m / edge) * Math.ceil(n / edge);
          if (largeTileFits(gpu) && tilesOf(128) >= busyTiles.hardware) return 'large';
          return tilesOf(64) >= busyTiles.hardware / 4 ? 'medium' : 'small';
        },
        sources: [shared],
      },
    ],
    [
      'outerProduct',
      {
        sizes: Object.keys(outerProductTiles) as OuterProductTileSize[],
        tileOf: (_, size) => outerProductTile(kit, outerProduct, size as OuterProductTileSize),
        fits: () => true,
        sizeFor: () => 'small',
        sources: [
          outerProduct,
          ...(['64x64', '48x64sliced4'] as const).map((size) => {
            const reads = { aAlongK: false, bAlongK: true, aVec4: true, bVec4: false, columnSums: true };
            return outerProductText({ ...outerProductTiles[size], ...reads });
          }),
        ],
      },
    ],
  ];
}

/** How tiles are chosen on GPUs, and the parts of it that tuning uses. */
export function gpuChoices({ tileOf }: GemmKit): GpuChoices {
  return {
    byCards: (...product) => tileByCards(tileOf, ...product),
    measured: ({ info, disabledVariants }) =>
      measuredChoices.find(
        ({ adapterClass, without }) =>
          adapterClass === adapterClassOf(info) && without.every((variant) => disabledVariants.has(`gemm ${variant}`)),
      )?.choices,
    adapterClassOf,
    candidates: (...product) => gemmCandidates(tileOf, ...product),
    byTime: (gpu, tried, shape) => tilesByTime(cardsFor(gpu), tried, shape),
  };
}

/** Of two operands, 128 rows of 5 vectors of four: more than the 16 KiB that WebGPU promises. */
function largeTileFits({ info }: Gpu): boolean {
  return 2 * 128 * 5 * 16 <= info.limits.maxComputeWorkgroupStorageSize;
}

function sharedTile(source: WgslFile, size: keyof typeof sharedTiles): GemmTile {
  const { side, blocks4x4 } = sharedTiles[size];
  const edge = 4 * side * blocks4x4;
  const defines = { side, blocks4x4 };
  return {
    rows: edge,
    columns: edge,
    readsVectors: true,
    sumsColumns: true,
    source,
    defines: () => defines,
  };
}

function outerProductTile({ generatedWgsl }: GemmKit, source: WgslFile, size: OuterProductTileSize): GemmTile {
  const tile = outerProductTiles[size];
  const { rows, columns, threads } = outerProductSizes(tile);
  return {
    rows,
    columns,
    kind: `${threads} threads`,
    readsVectors: true,
    sumsColumns: true,
    source,
    defines: ({ aAlongK, bAlongK, aVec4, bVec4, columnSums }) => ({
      main: generatedWgsl({ ...tile, aAlongK, bAlongK, aVec4, bVec4, columnSums }, outerProductText),
    }),
  };
}

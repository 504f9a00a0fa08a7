import type { Gpu } from '../../../gpu.ts';
import { adapterClassOf } from './adapterClass.ts';
import { cardsOf } from './cards.ts';
import type { Card } from './cards.ts';
import type { GemmTileSize, GemmVariant } from '../options.ts';
import type { TileOf } from '../product/gemmTile.ts';
import type { GemmChoice } from './productClasses.ts';
import { tilesByTime } from './tileCost.ts';
import type { ProductShape, TileCandidate } from './tileCost.ts';

/** The tiles of each variant, in the order in which they are tried. */
export const tileSizes: Readonly<Record<GemmVariant, readonly GemmTileSize[]>> = {
  subgroupMatrix: ['large', 'small'],
  matrixTile: [
    '128x128',
    '128x128by4',
    '128x64',
    '64x128',
    '64x64',
    '64x64sliced4',
    '128x128sliced2',
    '128x96',
    '96x96sliced2',
    '64x96sliced2',
    '48x96sliced4',
  ],
  portable: ['medium', 'large', 'small'],
  outerProduct: [
    '64x64',
    '128x64',
    '64x128',
    '128x128',
    '64x64sliced2',
    '48x64sliced4',
    '32x64sliced4',
    '128x96',
    '96x96sliced2',
    '48x96sliced4',
  ],
  subgroup: ['medium', 'large', 'small'],
  register: ['small'],
};

/** A way to compute a product, and what its time depends on. */
export interface ShapedCandidate extends TileCandidate, Pick<GemmChoice, 'variant' | 'tile'> {}

/** Numbers of parts to sum an inner dimension in, and the least steps of a part. */
const splitCounts = [1, 2, 3, 4, 6, 8];
const leastInnerPerPart = 128;

/**
 * All ways to compute a product by these variants on this device, as far as the partial sums fit
 * one array. Tiles that come out equal are listed once.
 */
export function gemmCandidates(
  tileOf: TileOf,
  gpu: Gpu,
  variants: readonly GemmVariant[],
  { m, n, k, count }: ProductShape,
  splits: readonly number[] = splitCounts,
): ShapedCandidate[] {
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.info.limits;
  const mostBytes = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  const fits = (parts: number) =>
    count === undefined && k >= parts * leastInnerPerPart && 4 * parts * m * n <= mostBytes;
  const possible = splits.filter((parts) => parts === 1 || fits(parts));
  const candidates = new Map<string, ShapedCandidate>();
  for (const variant of variants) {
    for (const size of tileSizes[variant]) {
      const { rows, columns, kind = '' } = tileOf(gpu, variant, size, m);
      for (const parts of possible) {
        const key = `${variant} ${rows} x ${columns} ${kind} / ${parts}`;
        if (candidates.has(key)) continue;
        candidates.set(key, { name: `${variant} ${size}`, rows, columns, splits: parts, variant, tile: size });
      }
    }
  }
  return [...candidates.values()];
}

/** The cards that this adapter could be. */
export function cardsFor({ info }: Gpu): readonly Card[] {
  const adapter = adapterClassOf(info);
  return cardsOf[adapter === 'software' ? 'unknown' : adapter];
}

/**
 * The tile and number of parts that suit the cards of this adapter's class best, among these
 * variants. Cached for each size.
 *
 * @param group cache key for the variants, as long as the same ones are disabled
 */
export function tileByCards(
  tileOf: TileOf,
  gpu: Gpu,
  group: string,
  variantsOf: () => readonly GemmVariant[],
  shape: ProductShape,
): GemmChoice {
  const { m, n, k, count } = shape;
  // Rows are rounded up to the smallest tile, so that batches of all lengths share few choices.
  const rows = Math.ceil(m / 32) * 32;
  const product = [rows, n, k, count, group, gpu.disabledVariants.size];
  let choices = known.get(gpu);
  if (!choices) known.set(gpu, (choices = new Map()));
  const place = Math.imul(Math.imul(rows, 0x9e3779b1) ^ n, 0x85ebca6b) ^ Math.imul(k, 0xc2b2ae35) ^ (count ?? 0);
  for (let kept = choices.get(place); kept; kept = kept.next)
    if (product.every((part, index) => part === kept!.product[index])) return kept.choice;
  const rounded = { ...shape, m: rows };
  const [best] = tilesByTime(cardsFor(gpu), gemmCandidates(tileOf, gpu, variantsOf(), rounded), rounded);
  const { variant, tile, splits } = best as ShapedCandidate;
  const choice = { variant, tile, splits };
  if (choices.size >= mostKnown) choices.clear();
  choices.set(place, { product, choice, next: choices.get(place) });
  return choice;
}

interface KeptChoice {
  /** Everything that the choice depends on. */
  readonly product: readonly unknown[];
  readonly choice: GemmChoice;
  /** The next one with the same hash. */
  readonly next: KeptChoice | undefined;
}

/** By a hash of the sizes: every product of a step is looked up, and a string key is slower. */
const known = new WeakMap<Gpu, Map<number, KeptChoice>>();
const mostKnown = 4096;

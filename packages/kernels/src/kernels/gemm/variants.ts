import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { addGemmCandidates } from './addGemmCandidates.ts';
import { candidates, onGpus } from './candidates.ts';
import type { GemmOptions, GemmTileSize, GemmVariant } from './options.ts';
import { wgsl as packingSource } from './packing.wgsl.ts';
import { wgsl as registerSource } from './registerTile.wgsl.ts';
import { wgsl as sharedSource } from './sharedTile.wgsl.ts';
import { adapterClassOf } from './adapterClass.ts';
import { measuredChoices } from './measuredChoices.ts';
import { gemmClassKey } from './sizeClasses.ts';
import type { GemmChoice } from './sizeClasses.ts';
import { runnableMatrixConfig } from './subgroupMatrix.ts';
import { wgsl as subgroupMatrixSource } from './subgroupMatrix.wgsl.ts';
import { subgroupProducts } from './subgroupProducts.ts';
import { wgsl as subgroupSource } from './subgroupTile.wgsl.ts';
import { innerPerPart } from './tileCost.ts';
import { largeTileFits, tileOf } from './tiles.ts';
import type { GemmTile } from './gemmTile.ts';

/** The WGSL of products: a table of measured choices is good for these and no others. */
export function gemmSources(): readonly unknown[] {
  addGemmCandidates();
  return [
    registerSource,
    sharedSource,
    subgroupMatrixSource,
    subgroupProducts({ rows: 32, vec4sPerLane: 2, lanes: 8, aAlongK: true, bAlongK: true }),
    subgroupSource,
    packingSource,
    ...[...candidates.values()].flatMap(({ sources }) => sources),
  ];
}

/** How a product is computed: chosen once for a call, by `planGemm`. */
export interface GemmPlan {
  readonly variant: GemmVariant;
  readonly tile: GemmTile;
  /** Parts in which the inner dimension is summed, and how many steps of it each has. */
  readonly splits: { readonly parts: number; readonly innerPerPart: number };
  /** Which operands are packed first. */
  readonly packing: { readonly a: boolean; readonly b: boolean };
}

/** What a plan depends on. */
type GemmProduct = Pick<
  GemmOptions,
  'a' | 'b' | 'm' | 'n' | 'k' | 'layout' | 'batch' | 'variant' | 'tile' | 'splits' | 'packing'
>;

/**
 * Chooses variant, tile, parts and packing: what the caller asks for, else what was measured on
 * this device, else on its kind of adapter, else what its cards are computed to do best. @throws
 * KernelArgumentError for what cannot run here
 */
export function planGemm(gpu: Gpu, product: GemmProduct): GemmPlan {
  addGemmCandidates();
  const { variant, tile: size, splits } = choiceOf(gpu, product);
  const tile = tileOf(gpu, variant, size, product.m);
  const parts = planSplits(gpu, tile, { ...product, splits: product.splits ?? splits });
  return { variant, tile, splits: parts, packing: planPacking(gpu, tile, product) };
}

function choiceOf(gpu: Gpu, product: GemmProduct): GemmChoice {
  const { variant, tile, m, n, k, batch } = product;
  const half = isHalf(product);
  const shape = { m, n, k, count: batch?.count };
  if (!variant && !tile) {
    const found = keptChoice(gpu, product);
    if (found) return found;
    if (!gpu.profile.software && onGpus.chooseByCards)
      return onGpus.chooseByCards(gpu, half ? 'halves' : 'singles', () => variantsByCards(gpu, half), shape);
  }
  const chosen = chosenVariant(gpu, product);
  if (!tile && onGpus.chooseByCards && (variant === 'outerProduct' || variant === 'matrixTile'))
    return onGpus.chooseByCards(gpu, variant, () => [variant], shape);
  return { variant: chosen, tile: tile ?? sizeFor(gpu, chosen, product) };
}

/**
 * The variants among which `gemm` chooses by itself: of products with f16 the matrix units', where
 * there are any.
 */
export function variantsByCards(gpu: Gpu, half: boolean): GemmVariant[] {
  const fitting = fittingVariants(gpu, half);
  const units = fitting.filter((variant) => variant === 'subgroupMatrix' || variant === 'matrixTile');
  return units.length > 0 ? units : fitting.length > 0 ? fitting : ['portable'];
}

function isHalf({ a, b }: Pick<GemmProduct, 'a' | 'b'>): boolean {
  return a.elementType === 'f16' || b.elementType === 'f16';
}

/**
 * What `tuneKernels` found best, or what was measured on this kind of adapter, unless the variant
 * is wrong here.
 */
function keptChoice({ info, tuned, disabledVariants }: Gpu, product: GemmProduct): GemmChoice | undefined {
  const { m, n, k, layout, batch } = product;
  const measured = measuredChoices[adapterClassOf(info)];
  if (batch || (tuned.size === 0 && !measured)) return undefined;
  const key = gemmClassKey({ layout, half: isHalf(product), m, n, k });
  const choice = (tuned.get(key) as GemmChoice | undefined) ?? measured?.[key];
  return choice && !disabledVariants.has(`gemm ${choice.variant}`) ? choice : undefined;
}

/**
 * The variants that this device can run and that fit it, those first that were measured. Matrix
 * units round operands to f16, so they are for products that have one in f16 already.
 */
export function fittingVariants(gpu: Gpu, half: boolean): GemmVariant[] {
  addGemmCandidates();
  const { profile, disabledVariants } = gpu;
  const table: readonly (readonly [variant: GemmVariant, fits: boolean])[] = profile.software
    ? [
        ['subgroup', profile.subgroups && profile.subgroupSize > 0],
        ['register', true],
      ]
    : [
        ['subgroupMatrix', half && runnableMatrixConfig(gpu) !== null],
        ['portable', true],
        ...[...candidates].map(([variant, { fits }]) => [variant, fits(gpu, half)] as const),
      ];
  return table
    .filter(([variant, fits]) => fits && !disabledVariants.has(`gemm ${variant}`))
    .map(([variant]) => variant);
}

/** The variant that `gemm` takes by itself when it is not tuned. */
export function chosenVariant(gpu: Gpu, product: Pick<GemmProduct, 'a' | 'b' | 'variant'>): GemmVariant {
  return product.variant ?? fittingVariants(gpu, isHalf(product))[0] ?? 'portable';
}

/**
 * The largest tile of which there are still enough to keep the adapter busy: of variants that do not
 * choose by cards.
 */
function sizeFor(gpu: Gpu, variant: GemmVariant, { m, n }: GemmProduct): GemmTileSize {
  const { profile } = gpu;
  const tilesOf = (rows: number, columns = rows) => Math.ceil(m / rows) * Math.ceil(n / columns);
  switch (variant) {
    case 'portable': {
      if (largeTileFits(gpu) && tilesOf(128) >= busyTiles.hardware) return 'large';
      return tilesOf(64) >= busyTiles.hardware / 4 ? 'medium' : 'small';
    }
    case 'subgroupMatrix': {
      const config = runnableMatrixConfig(gpu);
      return config && tilesOf(8 * config.m, 8 * config.n) >= busyTiles.hardware ? 'large' : 'small';
    }
    case 'subgroup':
      // Mesa 26 loads with gathers, which leave registers for twice the sums.
      return profile.mesaVersion >= 26 && m > 8 && n > 4 * profile.subgroupSize ? 'large' : 'medium';
    case 'register':
    case 'outerProduct':
    case 'matrixTile':
      return 'small';
  }
}

/** Tiles that keep an adapter busy; software ones have few cores. */
const busyTiles = { software: 8, hardware: 256 };
const leastInnerPerPart = 256;

/**
 * In how many parts to sum the inner dimension, so that few tiles with long sums, as weight
 * gradients have, fill the adapter.
 */
function planSplits({ profile }: Gpu, tile: GemmTile, { m, n, k, batch, splits }: GemmProduct): GemmPlan['splits'] {
  const tiles = Math.ceil(m / tile.rows) * Math.ceil(n / tile.columns);
  const wanted = profile.software ? busyTiles.software : busyTiles.hardware;
  const fitting = tiles === 0 || batch ? 1 : Math.min(Math.floor(wanted / tiles), Math.floor(k / leastInnerPerPart));
  const perPart = innerPerPart(k, splits ?? Math.max(1, fitting));
  return { parts: perPart === 0 ? 1 : Math.ceil(k / perPart), innerPerPart: perPart };
}

/**
 * Which operands to pack first: B's, and A's where it is stored the wrong way round for the tiles.
 * Mesa 26 loads by gathers that wait for the cache, and elsewhere than in a panel a tile's columns
 * lie a row apart; on Mesa 25 loads cost instructions, wherever they go. The copy must be shared by
 * enough tiles; columns stored one after the other (NT) gain most, as each vector that a lane reads
 * lies in another row.
 */
function planPacking(
  { profile }: Gpu,
  { readsPacked }: GemmTile,
  { m, n, k, layout, batch, packing }: GemmProduct,
): GemmPlan['packing'] {
  const possible = readsPacked && k > 0 && k % 4 === 0 && batch === undefined;
  if (packing && !possible) {
    throw new KernelArgumentError(
      `gemm: packing is for the subgroup variant, an inner dimension of fours and one matrix; k is ${k}${batch ? ', in a batch' : ''}`,
    );
  }
  const pays =
    profile.mesaVersion >= 26 && m >= 512 && n >= 128 && (layout === 'NT' || (k >= 768 && m * k >= 2048 * 768));
  const chosen = possible && (packing ?? pays);
  return { a: chosen && layout === 'TN', b: chosen };
}

import { registerVariants } from '../../device/variantLoaders.ts';
import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { gemmClassKey } from './choice/productClasses.ts';
import type { GemmChoice } from './choice/productClasses.ts';
import { choicesOnGpus, loadedVariant, tileOf } from './loading/loadedVariants.ts';
import { loadGemmVariants } from './loading/loadVariants.ts';
import type { GemmOptions, GemmVariant } from './options.ts';
import { busyTiles } from './product/gemmTile.ts';
import type { GemmPlan, GemmTile } from './product/gemmTile.ts';

registerVariants(loadGemmVariants);

/** What a plan depends on. */
type GemmProduct = Pick<
  GemmOptions,
  'a' | 'b' | 'm' | 'n' | 'k' | 'layout' | 'batch' | 'variant' | 'tile' | 'splits' | 'packing'
>;

/**
 * Chooses variant, tile, number of parts and packing: what the caller asks for, else what tuning
 * measured on this device, else what was measured on its kind of adapter, else the best prediction
 * for its cards.
 *
 * @throws KernelArgumentError for what cannot run here
 */
export function planGemm(gpu: Gpu, product: GemmProduct): GemmPlan {
  const { variant, tile: size, splits } = choiceOf(gpu, product);
  const tile = tileOf(gpu, variant, size, product.m);
  const parts = planSplits(gpu, tile, product, product.splits ?? splits);
  return { variant, tile, splits: parts, packing: planPacking(gpu, tile, product) };
}

function choiceOf(gpu: Gpu, product: GemmProduct): GemmChoice {
  const { variant, tile, m, n, k, batch } = product;
  const half = isHalf(product);
  const shape = { m, n, k, count: batch?.count };
  if (!variant && !tile) {
    const found = keptChoice(gpu, product);
    if (found) return found;
    if (!gpu.profile.software)
      return choicesOnGpus().byCards(gpu, half ? 'halves' : 'singles', () => variantsByCards(gpu, half), shape);
  }
  const chosen = chosenVariant(gpu, product);
  if (!tile && (variant === 'outerProduct' || variant === 'matrixTile'))
    return choicesOnGpus().byCards(gpu, variant, () => [variant], shape);
  return { variant: chosen, tile: tile ?? loadedVariant(chosen).sizeFor(gpu, product) };
}

/**
 * The variants that `gemm` chooses among by default: for products with an f16 operand those of the
 * matrix units, where there are any.
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
 * What `tuneKernels` found best, or what was measured on this kind of adapter, unless that variant
 * is disabled here.
 */
function keptChoice(gpu: Gpu, product: GemmProduct): GemmChoice | undefined {
  const { profile, tuned, disabledVariants } = gpu;
  const { m, n, k, layout, batch } = product;
  const measured = profile.software ? undefined : choicesOnGpus().measured(gpu);
  if (batch || (tuned.size === 0 && !measured)) return undefined;
  const key = gemmClassKey({ layout, half: isHalf(product), m, n, k });
  const choice = (tuned.get(key) as GemmChoice | undefined) ?? measured?.[key];
  return choice && !disabledVariants.has(`gemm ${choice.variant}`) ? choice : undefined;
}

const onProcessors: readonly GemmVariant[] = ['subgroup', 'register'];
const onMatrixUnits: readonly GemmVariant[] = ['subgroupMatrix', 'portable', 'outerProduct', 'matrixTile'];
const onOtherGpus: readonly GemmVariant[] = ['portable', 'outerProduct'];

/**
 * The variants that devices of this kind choose among, measured ones first; `openDevice` loads
 * them.
 */
export function variantsOn({ profile }: Gpu): readonly GemmVariant[] {
  return profile.software ? onProcessors : profile.subgroupMatrix.length > 0 ? onMatrixUnits : onOtherGpus;
}

/**
 * The variants that this device can run, measured ones first.
 *
 * @throws KernelArgumentError where one is not loaded: a choice among some of them could differ
 */
export function fittingVariants(gpu: Gpu, half: boolean): GemmVariant[] {
  return variantsOn(gpu).filter(
    (variant) => loadedVariant(variant).fits(gpu, half) && !gpu.disabledVariants.has(`gemm ${variant}`),
  );
}

/** The variant that `gemm` chooses by default when it is not tuned. */
export function chosenVariant(gpu: Gpu, product: Pick<GemmProduct, 'a' | 'b' | 'variant'>): GemmVariant {
  return product.variant ?? fittingVariants(gpu, isHalf(product))[0] ?? 'portable';
}

const leastInnerPerPart = 256;
/** Parts are a multiple of this many inner steps, which suits the inner loop of every variant. */
const innerMultiple = 16;

/**
 * Number of parts to split the inner dimension into, so that few tiles with long sums, as in weight
 * gradients, fill the adapter.
 */
function planSplits(
  { profile }: Gpu,
  tile: GemmTile,
  { m, n, k, batch }: GemmProduct,
  splits: number | undefined,
): GemmPlan['splits'] {
  const tiles = Math.ceil(m / tile.rows) * Math.ceil(n / tile.columns);
  const wanted = profile.software ? busyTiles.software : busyTiles.hardware;
  const fitting = tiles === 0 || batch ? 1 : Math.min(Math.floor(wanted / tiles), Math.floor(k / leastInnerPerPart));
  const perPart = Math.ceil(k / (splits ?? Math.max(1, fitting)) / innerMultiple) * innerMultiple;
  return { parts: perPart === 0 ? 1 : Math.ceil(k / perPart), innerPerPart: perPart };
}

/** Which operands to pack: B, and A where its layout does not suit the tiles. */
function planPacking(gpu: Gpu, tile: GemmTile, product: GemmProduct): GemmPlan['packing'] {
  const { k, layout, batch, packing } = product;
  const possible = tile.packing && k > 0 && k % 4 === 0 && batch === undefined;
  if (packing && !possible) {
    throw new KernelArgumentError(
      `gemm: packing is for the subgroup variant, an inner dimension that is a multiple of 4 and one matrix; k is ${k}${batch ? ', in a batch' : ''}`,
    );
  }
  const chosen = possible ? (packing ?? tile.packing.pays(gpu, product)) : false;
  return { a: chosen && layout === 'TN', b: chosen };
}

/**
 * Whether this product, with one f16 operand, rounds the other operand to f16 wherever it reads it.
 * Then an f16 copy of it gives the same bits with half the memory traffic.
 */
export function roundsOperands(gpu: Gpu, product: Pick<GemmOptions, 'a' | 'b' | 'm' | 'n' | 'k' | 'layout'>): boolean {
  // Only for `matrixTile`: `subgroupMatrix` was measured without copies.
  return gpu.profile.subgroupMatrix.length > 0 && planGemm(gpu, product).variant === 'matrixTile';
}

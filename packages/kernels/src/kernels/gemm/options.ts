import { oneOf, optional, text, wholeNumber } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeArray, maybeFlag, maybeNumber, maybeObject, maybeOneOf } from '../validate.ts';
import type { KindsOf } from '../validate.ts';
import type { MatrixTileSize } from './matrixTile/tiles.ts';
import type { outerProductTiles } from './outerProduct/tiles.ts';

export const gemmVariants = [
  'portable',
  'outerProduct',
  'subgroupMatrix',
  'matrixTile',
  'subgroup',
  'register',
] as const;

/**
 * `portable`: tiles in workgroup memory, for GPUs. `outerProduct`: for GPUs too, with more results
 * a thread, everything unrolled and the next steps fetched ahead. `subgroupMatrix`: matrix units of
 * GPUs, operands in f16. `matrixTile`: those too, 16 bytes at a time, everything unrolled and the
 * next steps fetched ahead. `subgroup`: broadcasts within a subgroup, for processors. `register`:
 * neither, for processors without subgroups of a known size.
 */
export type GemmVariant = (typeof gemmVariants)[number];

/**
 * How much of the output a workgroup computes. `portable`: 32 x 32, 64 x 64, 128 x 128. `subgroup`:
 * 16 rows (less where there are less) of 4 columns a lane; 32 rows of 4; 32 rows of 8.
 * `subgroupMatrix`: 4 or, `medium` and `large`, 16 fragments a subgroup. `register`: always 32 x
 * 32. `outerProduct` and `matrixTile` have tiles named by their rows and columns; `small`, `medium`
 * and `large` are 64 x 64, 128 x 64 and 128 x 128 there. In `sliced` ones groups of threads share
 * the inner dimension of the same results, which are joined in workgroup memory. Tiles of
 * `matrixTile` are so large where fragments are of 16 x 16, and `128x128by4` has half the subgroups
 * of `128x128`; its sliced ones join groups of subgroups.
 */
export type GemmTileSize = 'small' | 'medium' | 'large' | OuterProductTileSize | MatrixTileSize;

/** Rows x columns of a tile of `outerProduct`. */
export type OuterProductTileSize = keyof typeof outerProductTiles;

/**
 * Which operand is stored transposed: NN a [m, k], b [k, n]; NT a [m, k], b [n, k]; TN a [k, m], b
 * [k, n].
 */
export type GemmLayout = 'NN' | 'NT' | 'TN';

/**
 * Matrices that lie `stride…` elements apart: products of stacks of matrices, `torch.bmm`. Operands
 * may lie 0 apart, which is one matrix for all.
 */
export interface GemmBatch {
  /** Matrices in the stack. */
  readonly count: number;
  /** Elements from one `a` to the next; 0 for one `a` for all. */
  readonly strideA: number;
  /** Elements from one `b` to the next; 0 for one `b` for all. */
  readonly strideB: number;
  /** Elements from one `output` to the next. */
  readonly strideOutput: number;
}

/** Where sums of the columns of `a` go. */
export interface GemmColumnSums {
  /** f32 `[m]`. */
  readonly output: GpuArray;
  /** Add to what `output` holds. Default false. */
  readonly accumulate?: boolean | undefined;
}

/** Options of {@link gemm}. */
export interface GemmOptions {
  /** f32 or f16 `[m, k]`, or `[k, m]` for layout TN. */
  readonly a: GpuArray;
  /** f32 or f16 `[k, n]`, or `[n, k]` for layout NT. */
  readonly b: GpuArray;
  /** f32 or f16 `[m, n]`. */
  readonly output: GpuArray;
  /** Rows of the output. */
  readonly m: number;
  /** Columns of the output. */
  readonly n: number;
  /** Products that are added up for each element. */
  readonly k: number;
  /** Which operand is transposed. */
  readonly layout: GemmLayout;
  /** Default: one matrix. */
  readonly batch?: GemmBatch | undefined;
  /** Factor of the product, as in `torch.addmm`. Default 1. */
  readonly alpha?: number | undefined;
  /** Add to what `output` holds. Not together with `gelu`. Default false. */
  readonly accumulate?: boolean | undefined;
  /** f32 `[n]`, added to each row. */
  readonly bias?: GpuArray | undefined;
  /**
   * Applied last. `geluBackward`: multiplies by the derivative of GELU at `preActivation`, and may
   * accumulate. Default `none`.
   */
  readonly activation?: 'gelu' | 'geluBackward' | 'none' | undefined;
  /**
   * f32 or f16 `[m, n]`: takes what the activation is applied to, for its backward; which
   * `geluBackward` reads, and needs.
   */
  readonly preActivation?: GpuArray | undefined;
  /**
   * With `geluBackward`: puts GELU of `preActivation` in its place, for a product that reads that
   * next, as the gradient of weights does. Default false.
   */
  readonly replacesPreActivation?: boolean | undefined;
  /**
   * Layout TN: takes the sum of each column of a over the inner dimension, where `a` is the
   * gradient of a layer's result the gradient of its bias. In the product's own pass where the
   * variant can, else by `columnSum`. Default: nothing.
   */
  readonly columnSums?: GemmColumnSums | undefined;
  /** How it is computed. Default: by `planGemm`, from the device. */
  readonly variant?: GemmVariant | undefined;
  /**
   * How much of the output a workgroup computes. Default: by `planGemm`, from the device
   * and the size of the output.
   */
  readonly tile?: GemmTileSize | undefined;
  /**
   * In how many parts the inner dimension is summed at once, whose sums are then added in order.
   * Not for batches. Default: by `planGemm`.
   */
  readonly splits?: number | undefined;
  /**
   * Whether operands are packed first: copied so that what a tile reads lies together. Only
   * `subgroup` can, with an inner dimension that is a multiple of 4, and not for batches. Default:
   * by `planGemm`, from the sizes.
   */
  readonly packing?: boolean | undefined;
}

export const gemmKinds: KindsOf<GemmOptions> = {
  a: anArray,
  b: anArray,
  output: anArray,
  m: anExtent,
  n: anExtent,
  k: anExtent,
  layout: oneOf('NN', 'NT', 'TN'),
  batch: maybeObject,
  alpha: maybeNumber,
  accumulate: maybeFlag,
  bias: maybeArray,
  activation: optional(oneOf('gelu', 'geluBackward', 'none')),
  preActivation: maybeArray,
  replacesPreActivation: maybeFlag,
  columnSums: maybeObject,
  variant: maybeOneOf(gemmVariants),
  tile: optional(text),
  splits: optional(wholeNumber(1)),
  packing: maybeFlag,
};

export const batchKinds: KindsOf<GemmBatch> = {
  count: anExtent,
  strideA: anExtent,
  strideB: anExtent,
  strideOutput: anExtent,
};

export const columnSumsKinds: KindsOf<GemmColumnSums> = { output: anArray, accumulate: maybeFlag };

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
 * For GPUs, `portable`: tiles in workgroup memory; `outerProduct`: more results in each thread,
 * unrolled, with the next inner steps prefetched; `subgroupMatrix`: matrix units, with f16
 * operands; `matrixTile`: matrix units, with loads of 16 bytes, unrolled and prefetched. For
 * software adapters, `subgroup`: broadcasts within a subgroup; `register`: without subgroups of a
 * known size.
 */
export type GemmVariant = (typeof gemmVariants)[number];

/**
 * How much of the output a workgroup computes. `portable`: 32 x 32, 64 x 64, 128 x 128. `subgroup`:
 * 16 rows (fewer if the output has fewer) of 4 columns for each lane; 32 rows of 4; 32 rows of 8.
 * `subgroupMatrix`: 4 fragments for each subgroup, or 16 (`medium` and `large`). `register`: always
 * 32 x 32. `outerProduct` and `matrixTile` have tiles named by their rows and columns; `small`,
 * `medium` and `large` are 64 x 64, 128 x 64 and 128 x 128 there. In `sliced` tiles groups of
 * threads (`matrixTile`: of subgroups) compute the same results over parts of the inner dimension,
 * and are summed in workgroup memory. The names of `matrixTile` are sizes for 16 x 16 fragments;
 * `128x128by4` has half the subgroups of `128x128`.
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
 * A batch of matrices, each `stride…` elements after the one before, as in `torch.bmm`. With stride
 * 0 all products share one operand.
 */
export interface GemmBatch {
  /** Number of matrices. */
  readonly count: number;
  /** Elements from one `a` to the next; 0 for one `a` for all. */
  readonly strideA: number;
  /** Elements from one `b` to the next; 0 for one `b` for all. */
  readonly strideB: number;
  /** Elements from one `output` to the next. */
  readonly strideOutput: number;
}

/** Where to store the column sums of `a`. */
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
  /** Inner dimension. */
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
   * f32 or f16 `[m, n]`: receives the input of the activation, for its backward. `geluBackward`
   * requires and reads it.
   */
  readonly preActivation?: GpuArray | undefined;
  /**
   * With `geluBackward`: replaces `preActivation` by its GELU, which the gradient of the weights
   * reads next. Default false.
   */
  readonly replacesPreActivation?: boolean | undefined;
  /**
   * Layout TN: stores the sum of each column of `a` over the inner dimension. Where `a` is the
   * gradient of a layer's output, that is the gradient of its bias. Computed in the same pass where
   * the variant can, else by `columnSum`. Default: none.
   */
  readonly columnSums?: GemmColumnSums | undefined;
  /** Default: chosen by `planGemm` for the device. */
  readonly variant?: GemmVariant | undefined;
  /**
   * How much of the output a workgroup computes. Default: chosen by `planGemm` for the device and
   * the size of the output.
   */
  readonly tile?: GemmTileSize | undefined;
  /**
   * Number of parts of the inner dimension that are summed in parallel and then added in order. Not
   * for batches. Default: chosen by `planGemm`.
   */
  readonly splits?: number | undefined;
  /**
   * Whether operands are first copied into the order in which tiles read them. Only for `subgroup`,
   * with an inner dimension that is a multiple of 4, and not for batches. Default: chosen by
   * `planGemm` for the sizes.
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

import { numberAtLeast, objectWith, oneOf, oneOfKinds, optional } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import type { LayerNormSums } from './byBlock/parameterSums.ts';
import type { DropoutOptions } from '../../random/dropout.ts';
import { anArray, anExtent, maybeArray, maybeFlag, maybeObject } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/**
 * - `rowPerInvocation`: no barriers, for adapters that run on the CPU
 * - `workgroupPerRow`: a tree in workgroup memory, for GPUs
 */
export type LayerNormVariant = 'rowPerInvocation' | 'workgroupPerRow';

/** Rows of tables that are summed: `input[row] = sum over tables of table[ids[row]]`. */
export interface EmbeddedRows {
  /** f32 `[table rows, columns]` each; the length of a table says how many rows it has. */
  readonly tables: readonly GpuArray[];
  /** u32 or i32 `[rows]`, one for each table; one beyond its table reads the last row. */
  readonly ids: readonly GpuArray[];
}

/** Options of {@link layerNorm}. */
export interface LayerNormOptions {
  /** [rows, columns], f32 or f16; or rows of tables. */
  readonly input: GpuArray | EmbeddedRows;
  /** [rows, columns], f32 or f16, added to the (dropped) input. Default: nothing. */
  readonly residual?: GpuArray | undefined;
  /** Dropout of the input, before the residual is added. Default: none. */
  readonly dropout?: DropoutOptions | undefined;
  /** [columns], f32 or f16. */
  readonly weight: GpuArray;
  /** [columns], f32 or f16. */
  readonly bias: GpuArray;
  /** [rows, columns], f32 or f16. */
  readonly output: GpuArray;
  /** Dropout of the output, in place of one of the input. Default: none. */
  readonly outputDropout?: DropoutOptions | undefined;
  /** f16 [rows, columns]: receives the output too. Default: nothing. */
  readonly half?: GpuArray | undefined;
  /**
   * [rows, columns], f32 or f16: receives residual + dropout(input), which the backward needs.
   * Without residual and dropout it is the input itself and may be left out; otherwise, left out,
   * scratch memory is used.
   */
  readonly sum?: GpuArray | undefined;
  /** f32[rows]: receives the average of each row of the sum. */
  readonly mean: GpuArray;
  /** f32[rows]: receives 1 / sqrt(variance + epsilon) of each row of the sum. */
  readonly reciprocalStd: GpuArray;
  /** Rows, each normalised by itself. */
  readonly rows: number;
  /** Elements of a row. */
  readonly columns: number;
  /** Added to the variance. */
  readonly epsilon: number;
  /** Default: chosen for the device. */
  readonly variant?: LayerNormVariant | undefined;
}

/** Options of {@link layerNormBackward}. */
export interface LayerNormBackwardOptions {
  /** [rows, columns], f32 or f16. */
  readonly gradOutput: GpuArray;
  /**
   * [rows, columns]: the sum that the forward saved, or its input where there was neither residual
   * nor dropout.
   */
  readonly sum: GpuArray;
  /** f32[rows], from the forward. */
  readonly mean: GpuArray;
  /** f32[rows], from the forward. */
  readonly reciprocalStd: GpuArray;
  /** [columns], f32 or f16. */
  readonly weight: GpuArray;
  /**
   * [rows, columns], f32 or f16: receives the gradient of the sum, which is that of the residual,
   * and without dropout that of the input.
   */
  readonly gradSum: GpuArray;
  /**
   * [rows, columns], f32 or f16: receives the gradient of the input, for a forward with dropout.
   */
  readonly gradInput?: GpuArray | undefined;
  /** As in the forward. */
  readonly dropout?: DropoutOptions | undefined;
  /** As in the forward. */
  readonly outputDropout?: DropoutOptions | undefined;
  /** f32[columns]. */
  readonly gradWeight: GpuArray;
  /** f32[columns]. */
  readonly gradBias: GpuArray;
  /** Add to `gradWeight` and `gradBias` instead of replacing them. Default false. */
  readonly accumulate?: boolean | undefined;
  /**
   * Where the last sums of `gradWeight` and `gradBias` are left for those of other layer norms;
   * they are then added to what the arrays hold. Not used by `rowPerInvocation`, whose sums are
   * ready at once. Needs `accumulate`. Default: every call takes its own.
   */
  readonly sums?: LayerNormSums | undefined;
  /** Rows, each normalised by itself. */
  readonly rows: number;
  /** Elements of a row. */
  readonly columns: number;
  /** Default: chosen for the device. */
  readonly variant?: LayerNormVariant | undefined;
}

const variants = optional(oneOf('rowPerInvocation', 'workgroupPerRow'));

export const layerNormKinds: KindsOf<LayerNormOptions> = {
  input: oneOfKinds('a GpuArray, or { tables, ids }', anArray, objectWith('rows', { tables: 'object', ids: 'object' })),
  residual: maybeArray,
  dropout: maybeObject,
  weight: anArray,
  bias: anArray,
  output: anArray,
  outputDropout: maybeObject,
  half: maybeArray,
  sum: maybeArray,
  mean: anArray,
  reciprocalStd: anArray,
  rows: anExtent,
  columns: anExtent,
  epsilon: numberAtLeast(0),
  variant: variants,
};

export const layerNormBackwardKinds: KindsOf<LayerNormBackwardOptions> = {
  gradOutput: anArray,
  sum: anArray,
  mean: anArray,
  reciprocalStd: anArray,
  weight: anArray,
  gradSum: anArray,
  gradInput: maybeArray,
  dropout: maybeObject,
  outputDropout: maybeObject,
  gradWeight: anArray,
  gradBias: anArray,
  accumulate: maybeFlag,
  sums: maybeObject,
  rows: anExtent,
  columns: anExtent,
  variant: variants,
};

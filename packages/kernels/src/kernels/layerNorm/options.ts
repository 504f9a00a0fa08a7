import { numberAtLeast, objectWith, oneOf, oneOfKinds, optional } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import type { LayerNormSums } from './byBlock/parameterSums.ts';
import type { DropoutOptions } from '../../random/dropout.ts';
import { anArray, anExtent, maybeArray, maybeFlag, maybeObject } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/**
 * - `rowPerInvocation`: no barriers, for software adapters
 * - `workgroupPerRow`: a tree in workgroup memory, for GPUs
 */
export type LayerNormVariant = 'rowPerInvocation' | 'workgroupPerRow';

/** Sums of rows of tables: `input[row] = sum over tables of table[ids[row]]`. */
export interface EmbeddedRows {
  /** f32 `[table rows, columns]` each; the length of a table says how many rows it has. */
  readonly tables: readonly GpuArray[];
  /** u32 or i32 `[rows]`, one array for each table; an id out of range reads the last row. */
  readonly ids: readonly GpuArray[];
}

/** Options of {@link layerNorm}. */
export interface LayerNormOptions {
  /** [rows, columns], f32 or f16; or sums of rows of tables. */
  readonly input: GpuArray | EmbeddedRows;
  /** [rows, columns], f32 or f16, added to the input, after its dropout. Default: none. */
  readonly residual?: GpuArray | undefined;
  /** Dropout of the input, before the residual is added. Default: none. */
  readonly dropout?: DropoutOptions | undefined;
  /** [columns], f32 or f16. */
  readonly weight: GpuArray;
  /** [columns], f32 or f16. */
  readonly bias: GpuArray;
  /** [rows, columns], f32 or f16. */
  readonly output: GpuArray;
  /** Dropout of the output, instead of the input. Default: none. */
  readonly outputDropout?: DropoutOptions | undefined;
  /** f16 [rows, columns]: receives a copy of the output. Default: none. */
  readonly half?: GpuArray | undefined;
  /**
   * [rows, columns], f32 or f16: receives residual + dropout(input), which the backward needs.
   * Without residual and dropout the sum is the input itself, and this may be left out; otherwise
   * scratch memory is used where it is left out.
   */
  readonly sum?: GpuArray | undefined;
  /** f32[rows]: receives the mean of each row of the sum. */
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
   * Collects the last sums of `gradWeight` and `gradBias` of several layer norms for one dispatch,
   * which adds them to the arrays. Not used by `rowPerInvocation`. Needs `accumulate`. Default:
   * every call records its own.
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

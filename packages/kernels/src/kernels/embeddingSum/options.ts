import { object, oneOfKinds } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import type { UploadedSegments } from '../segmentSum/index.ts';
import { anArray, anExtent, manyArrays, maybeFlag } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link embeddingSum}. */
export interface EmbeddingSumOptions {
  /** f32 `[table rows, columns]` each; the length of a table says how many rows it has. */
  readonly tables: readonly GpuArray[];
  /**
   * u32 or i32 `[rows]`, one array for each table. The caller checks that ids are in range; here an
   * id out of range reads the last row.
   */
  readonly ids: readonly GpuArray[];
  /** f32 or f16 `[rows, columns]`. */
  readonly output: GpuArray;
  /** Tokens. */
  readonly rows: number;
  /** Width of a token's vector. */
  readonly columns: number;
}

/** Options of {@link embeddingBackward}. */
export interface EmbeddingBackwardOptions {
  /** f32 or f16 `[rows, columns]`. */
  readonly gradOutput: GpuArray;
  /**
   * f32 `[table rows, columns]`, or up to four of them; may be views. Rows whose id does
   * not occur are left alone.
   */
  readonly gradTable: GpuArray | readonly GpuArray[];
  /**
   * The ids of the rows: `uploadSegments(gpu, segmentIds(ids))`, of several tables
   * `uploadSegments(gpu, segmentIds(idsOfFirst), segmentIds(idsOfSecond))`.
   */
  readonly segments: UploadedSegments;
  /** Tokens. */
  readonly rows: number;
  /** Width of a token's vector. */
  readonly columns: number;
  /** Add to what `gradTable` holds. Default true. */
  readonly accumulate?: boolean | undefined;
}

export const embeddingSumKinds: KindsOf<EmbeddingSumOptions> = {
  tables: manyArrays,
  ids: manyArrays,
  output: anArray,
  rows: anExtent,
  columns: anExtent,
};

export const embeddingBackwardKinds: KindsOf<EmbeddingBackwardOptions> = {
  gradOutput: anArray,
  gradTable: oneOfKinds('a GpuArray, or an array of them', anArray, manyArrays),
  segments: object,
  rows: anExtent,
  columns: anExtent,
  accumulate: maybeFlag,
};

import { object } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import type { UploadedSegments } from '../segmentSum/index.ts';
import { anArray, anExtent } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link gatherRows}. */
export interface GatherRowsOptions {
  /** [any number of rows, columns], f32 or f16. */
  readonly input: GpuArray;
  /** u32[rows]: a row of `input` for each row of `output`. */
  readonly indices: GpuArray;
  /** [rows, columns], f32 or f16, in another buffer. */
  readonly output: GpuArray;
  /** Rows of the output. */
  readonly rows: number;
  /** Elements of a row. */
  readonly columns: number;
}

/** Options of {@link scatterRows}. */
export interface ScatterRowsOptions {
  /** [rows, columns], f32 or f16. */
  readonly input: GpuArray;
  /**
   * The row of `output` for each row of `input`, `uploadSegments(gpu, segmentIds(indices))`. Rows
   * with the same index are added up in ascending order. An index of `outputRows` or more is left
   * out.
   */
  readonly segments: UploadedSegments;
  /** [outputRows, columns], f32 or f16, in another buffer. */
  readonly output: GpuArray;
  /** Rows of the input. */
  readonly rows: number;
  /** Rows of the output. */
  readonly outputRows: number;
  /** Elements of a row. */
  readonly columns: number;
}

export const gatherRowsKinds: KindsOf<GatherRowsOptions> = {
  input: anArray,
  indices: anArray,
  output: anArray,
  rows: anExtent,
  columns: anExtent,
};

export const scatterRowsKinds: KindsOf<ScatterRowsOptions> = {
  input: anArray,
  segments: object,
  output: anArray,
  rows: anExtent,
  outputRows: anExtent,
  columns: anExtent,
};

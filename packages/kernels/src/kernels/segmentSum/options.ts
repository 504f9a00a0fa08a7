import type { GpuArray } from '../../memory/gpuArray.ts';
import type { UploadedSegments } from './segmentChunks.ts';

export interface SegmentSumOptions {
  /** Name in errors and profiles. */
  readonly kernel: string;
  /** f32 or f16 `[rows, columns]`. */
  readonly input: GpuArray;
  /**
   * f32 or f16 `[rows, columns]` each, as many as `segments` was made for. Rows whose id does not
   * occur are left unchanged, and ids of `rows` or more are left out.
   */
  readonly outputs: readonly { readonly array: GpuArray; readonly rows: number }[];
  /** Their name in errors. */
  readonly outputName: string;
  /** The ids of the rows: `uploadSegments(gpu, segmentIds(ids))`. */
  readonly segments: UploadedSegments;
  readonly rows: number;
  readonly columns: number;
  /** Add to what the outputs hold. */
  readonly accumulate: boolean;
}

import type { GpuArray } from '../../memory/gpuArray.ts';
import type { UploadedSegments } from './segmentChunks.ts';

export interface SegmentSumOptions {
  /** Name in errors and profiles. */
  readonly kernel: string;
  /** f32 or f16 `[rows, columns]`. */
  readonly input: GpuArray;
  /**
   * f32 or f16 `[outputRows, columns]`. Rows whose id does not occur are left alone, and ids at or
   * beyond `outputRows` left out.
   */
  readonly output: GpuArray;
  /** The ids of the rows: `uploadSegments(gpu, segmentIds(ids))`. */
  readonly segments: UploadedSegments;
  readonly rows: number;
  readonly outputRows: number;
  readonly columns: number;
  /** Add to what `output` holds. */
  readonly accumulate: boolean;
}

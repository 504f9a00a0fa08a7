import type { GpuArray } from '../../memory/gpuArray.ts';
import type { DropoutOptions } from '../../random/dropout.ts';

/** Options of {@link dropout}. */
export interface DropoutKernelOptions {
  /** [rows, columns], f32 or f16. */
  readonly input: GpuArray;
  /** [rows, columns], f32 or f16, in another buffer. */
  readonly output: GpuArray;
  /** Rows. */
  readonly rows: number;
  /** Elements of a row. */
  readonly columns: number;
  /**
   * Probability, site and random key; the row's entry of `tokenKeys` and the column choose the
   * bits.
   */
  readonly dropout: DropoutOptions;
}

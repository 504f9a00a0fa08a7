import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeFlag, maybeNumber } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link columnSum}. */
export interface ColumnSumOptions {
  /** f32 or f16 `[rows, columns]`. */
  readonly input: GpuArray;
  /** f32 `[columns]`. */
  readonly output: GpuArray;
  /** Rows, which are summed. */
  readonly rows: number;
  /** Elements of a row. */
  readonly columns: number;
  /** Factor of each sum. Default 1. */
  readonly factor?: number | undefined;
  /** Add to what `output` holds. Default false. */
  readonly accumulate?: boolean | undefined;
}

export const columnSumKinds: KindsOf<ColumnSumOptions> = {
  input: anArray,
  output: anArray,
  rows: anExtent,
  columns: anExtent,
  factor: maybeNumber,
  accumulate: maybeFlag,
};

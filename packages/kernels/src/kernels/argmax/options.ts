import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link argmax}. */
export interface ArgmaxOptions {
  /** [rows, columns], f32 or f16. */
  readonly input: GpuArray;
  /** i32[rows]. */
  readonly output: GpuArray;
  /** Rows. */
  readonly rows: number;
  /** At least 1. */
  readonly columns: number;
}

export const argmaxKinds: KindsOf<ArgmaxOptions> = {
  input: anArray,
  output: anArray,
  rows: anExtent,
  columns: anExtent,
};

import type { GpuArray } from '../../memory/gpuArray.ts';

/** Options of {@link fill}. */
export interface FillOptions {
  /** [length], any type. */
  readonly output: GpuArray;
  readonly value: number;
  readonly length: number;
}

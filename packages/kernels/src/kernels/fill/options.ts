import type { GpuArray } from '../../memory/gpuArray.ts';

/** Options of {@link fill}. */
export interface FillOptions {
  /** [length], any type. */
  readonly output: GpuArray;
  /** What every element becomes. */
  readonly value: number;
  /** Elements. */
  readonly length: number;
}

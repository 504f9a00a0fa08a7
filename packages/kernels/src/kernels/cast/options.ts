import type { GpuArray } from '../../memory/gpuArray.ts';

/** Options of {@link cast}. */
export interface CastOptions {
  /** [length], any type. */
  readonly input: GpuArray;
  /** [length], any type, in another buffer. */
  readonly output: GpuArray;
  /** Elements. */
  readonly length: number;
}

import type { GpuArray } from '../../memory/gpuArray.ts';

export interface ActivationOptions {
  /** [length], f32 or f16. */
  readonly input: GpuArray;
  /** [length], f32 or f16, in another buffer. */
  readonly output: GpuArray;
  readonly length: number;
}

import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link tanh}. */
export interface TanhOptions {
  /** [length], f32 or f16. */
  readonly input: GpuArray;
  /** [length], f32 or f16, in another buffer. */
  readonly output: GpuArray;
  /** Elements. */
  readonly length: number;
}

/** Options of {@link tanhBackward}. */
export interface TanhBackwardOptions {
  /** [length], f32 or f16. */
  readonly gradOutput: GpuArray;
  /** [length], f32 or f16: the output of the forward. */
  readonly output: GpuArray;
  /** [length], f32 or f16, in another buffer. */
  readonly gradInput: GpuArray;
  /** Elements. */
  readonly length: number;
}

export const tanhKinds: KindsOf<TanhOptions> = {
  input: anArray,
  output: anArray,
  length: anExtent,
};

export const tanhBackwardKinds: KindsOf<TanhBackwardOptions> = {
  gradOutput: anArray,
  output: anArray,
  gradInput: anArray,
  length: anExtent,
};

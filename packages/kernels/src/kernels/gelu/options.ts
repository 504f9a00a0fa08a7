import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeFlag } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link gelu}. */
export interface GeluOptions {
  /** [length], f32 or f16. */
  readonly input: GpuArray;
  /** [length], f32 or f16, in another buffer. */
  readonly output: GpuArray;
  /** Elements. */
  readonly length: number;
}

/** Options of {@link geluBackward}. */
export interface GeluBackwardOptions {
  /** [length], f32 or f16. */
  readonly gradOutput: GpuArray;
  /** [length], f32 or f16: the input of the forward. */
  readonly input: GpuArray;
  /** [length], f32 or f16, in another buffer. */
  readonly gradInput: GpuArray;
  /** Elements. */
  readonly length: number;
}

/** Options of {@link geluBackwardWithBias}. */
export interface GeluBackwardWithBiasOptions {
  /** [rows, columns], f32 or f16. */
  readonly gradOutput: GpuArray;
  /** [rows, columns], f32 or f16: the input of the forward, the bias included. */
  readonly input: GpuArray;
  /** [rows, columns], f32 or f16, in another buffer. */
  readonly gradInput: GpuArray;
  /** f32 [columns]: the gradient of the bias, the sum of the rows of gradInput. */
  readonly gradBias: GpuArray;
  /** Rows. */
  readonly rows: number;
  /** Elements of a row. */
  readonly columns: number;
  /** Add to what `gradBias` holds. Default false. */
  readonly accumulate?: boolean | undefined;
}

export const geluKinds: KindsOf<GeluOptions> = {
  input: anArray,
  output: anArray,
  length: anExtent,
};

export const geluBackwardKinds: KindsOf<GeluBackwardOptions> = {
  gradOutput: anArray,
  input: anArray,
  gradInput: anArray,
  length: anExtent,
};

export const geluBackwardWithBiasKinds: KindsOf<GeluBackwardWithBiasOptions> = {
  gradOutput: anArray,
  input: anArray,
  gradInput: anArray,
  gradBias: anArray,
  rows: anExtent,
  columns: anExtent,
  accumulate: maybeFlag,
};

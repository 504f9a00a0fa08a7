import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link cast}. */
export interface CastOptions {
  /** [length], any type. */
  readonly input: GpuArray;
  /** [length], any type, in another buffer. */
  readonly output: GpuArray;
  /** Elements. */
  readonly length: number;
}

export const castKinds: KindsOf<CastOptions> = {
  input: anArray,
  output: anArray,
  length: anExtent,
};

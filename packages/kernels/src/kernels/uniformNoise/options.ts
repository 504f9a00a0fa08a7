import { numberAtLeast, object } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import type { RandomKey } from '../../random/dropout.ts';
import { anArray, anExtent } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link uniformNoise}. */
export interface UniformNoiseOptions {
  /** [rows, columns], f32 or f16. */
  readonly input: GpuArray;
  /** [rows, columns], f32 or f16, in another buffer. */
  readonly output: GpuArray;
  /** Rows. */
  readonly rows: number;
  /** Elements of a row. */
  readonly columns: number;
  /** The noise lies in [-magnitude, magnitude). */
  readonly magnitude: number;
  /** A number that no dropout of the model has. */
  readonly site: number;
  /** Seed, update and keys of the rows. */
  readonly random: RandomKey;
}

export const uniformNoiseKinds: KindsOf<UniformNoiseOptions> = {
  input: anArray,
  output: anArray,
  rows: anExtent,
  columns: anExtent,
  magnitude: numberAtLeast(0),
  site: anExtent,
  random: object,
};

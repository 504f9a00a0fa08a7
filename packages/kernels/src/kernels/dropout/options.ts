import { numberBetween, object } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import type { DropoutOptions, RandomKey } from '../../random/dropout.ts';
import { anArray, anExtent } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link dropout}. */
export interface DropoutKernelOptions {
  /** [rows, columns], f32 or f16. */
  readonly input: GpuArray;
  /** [rows, columns], f32 or f16, in another buffer. */
  readonly output: GpuArray;
  /** Rows. */
  readonly rows: number;
  /** Elements of a row. */
  readonly columns: number;
  /**
   * Probability, site and random key; the row's entry of `tokenKeys` and the column select the
   * bits.
   */
  readonly dropout: DropoutOptions;
}

export const dropoutKernelKinds: KindsOf<DropoutKernelOptions> = {
  input: anArray,
  output: anArray,
  rows: anExtent,
  columns: anExtent,
  dropout: object,
};

export const dropoutKinds: KindsOf<DropoutOptions> = {
  probability: numberBetween(0, 1),
  site: anExtent,
  random: object,
};

export const randomKinds: KindsOf<RandomKey> = { state: anArray, tokenKeys: anArray };

import { anyNumber } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link fill}. */
export interface FillOptions {
  /** [length], any type. */
  readonly output: GpuArray;
  /** What every element becomes. */
  readonly value: number;
  /** Elements. */
  readonly length: number;
}

export const fillKinds: KindsOf<FillOptions> = {
  output: anArray,
  value: anyNumber,
  length: anExtent,
};

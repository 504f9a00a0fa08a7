import type { GpuArray } from '../../memory/gpuArray.ts';
import type { Broadcast } from '../elementwise/recordBroadcast.ts';
import { anArray, anExtent, anOperand, maybeObject } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link where}. */
export interface WhereOptions {
  /** u32: 0 for false. */
  readonly condition: GpuArray;
  /** What is taken where the condition is true: an array, or a number. */
  readonly a: GpuArray | number;
  /** What is taken elsewhere. */
  readonly b: GpuArray | number;
  /** [length], of the type of the arrays, or both are floats; in another buffer. */
  readonly output: GpuArray;
  /** Elements of the output. */
  readonly length: number;
  /** Extents and the steps of all arrays, where one repeats. Default: all are [length]. */
  readonly broadcast?: Broadcast | undefined;
}

export const whereKinds: KindsOf<WhereOptions> = {
  condition: anArray,
  a: anOperand,
  b: anOperand,
  output: anArray,
  length: anExtent,
  broadcast: maybeObject,
};

import type { GpuArray } from '../../memory/gpuArray.ts';
import type { Broadcast } from '../elementwise/recordBroadcast.ts';
import { anArray, anExtent, anOperand, maybeObject } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link where}. */
export interface WhereOptions {
  /** u32: 0 for false. */
  readonly condition: GpuArray;
  /** Values where the condition is true: an array, or a number. */
  readonly a: GpuArray | number;
  /** Values where it is false: an array, or a number. */
  readonly b: GpuArray | number;
  /** [length], of the type of the arrays, or both are floats; in another buffer. */
  readonly output: GpuArray;
  /** Elements of the output. */
  readonly length: number;
  /** Extents and strides of all arrays, where one is broadcast. Default: all are [length]. */
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

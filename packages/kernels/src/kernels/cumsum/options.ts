import { oneOf, optional } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeFlag } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link cumsum}. */
export interface CumsumOptions {
  /** `[outer, length, inner]`, any type. */
  readonly input: GpuArray;
  /**
   * `[outer, length, inner]`, of floats where `input` is, else of whole numbers; in another buffer.
   */
  readonly output: GpuArray;
  /** Product of the extents before the axis. */
  readonly outer: number;
  /** Extent of the axis along which sums run. */
  readonly length: number;
  /** Product of the extents after the axis. */
  readonly inner: number;
  /** Whether sums run from the end, as the gradient's do. Default false. */
  readonly reversed?: boolean | undefined;
  /** Default: chosen for the device and the shape. */
  readonly variant?: CumsumVariant | undefined;
}

/** Whether a thread or a workgroup takes a row, or a chunk of one. */
export type CumsumVariant = 'thread' | 'workgroup';

export const cumsumKinds: KindsOf<CumsumOptions> = {
  input: anArray,
  output: anArray,
  outer: anExtent,
  length: anExtent,
  inner: anExtent,
  reversed: maybeFlag,
  variant: optional(oneOf('thread', 'workgroup')),
};

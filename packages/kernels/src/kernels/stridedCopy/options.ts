import { array, object } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, maybeFlag, maybeNumber, maybeObject } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Where the elements of a block lie in an array. */
export interface StridedLayout {
  /** Elements from one place to the next along each dimension, outermost first; may be negative. */
  readonly strides: readonly number[];
  /** The element at place 0, 0, …. Default 0. */
  readonly offset?: number | undefined;
}

/** Options of {@link stridedCopy}. */
export interface StridedCopyOptions {
  /** Any type. */
  readonly input: GpuArray;
  /** Of the type of `input`, or both are floats; in another buffer. */
  readonly output: GpuArray;
  /** Extents of the block that is copied, outermost first: at most 8, once joined. */
  readonly shape: readonly number[];
  /** Where the block is read. Strides may be 0, which repeats elements. */
  readonly from: StridedLayout;
  /** Where it is written. Default: side by side from the first element of `output` on. */
  readonly to?: StridedLayout | undefined;
  /**
   * Whether what turns goes in tiles; else a thread turns 4 x 4 elements where all is in fours.
   * Default: on GPUs, where both sides have at least 16 elements.
   */
  readonly tiled?: boolean | undefined;
}

export const stridedCopyKinds: KindsOf<StridedCopyOptions> = {
  input: anArray,
  output: anArray,
  shape: array,
  from: object,
  to: maybeObject,
  tiled: maybeFlag,
};

export const layoutKinds: KindsOf<StridedLayout> = { strides: array, offset: maybeNumber };

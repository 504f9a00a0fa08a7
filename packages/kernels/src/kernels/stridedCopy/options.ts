import { array, object } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, maybeFlag, maybeNumber, maybeObject } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Where the elements of a block lie in an array. */
export interface StridedLayout {
  /**
   * Elements from one position to the next along each dimension, outermost first; may be negative.
   */
  readonly strides: readonly number[];
  /** Index of the element at position 0, 0, …. Default 0. */
  readonly offset?: number | undefined;
}

/** Options of {@link stridedCopy}. */
export interface StridedCopyOptions {
  /** Any type. */
  readonly input: GpuArray;
  /** Of the type of `input`, or both are floats; in another buffer. */
  readonly output: GpuArray;
  /**
   * Extents of the block that is copied, outermost first: at most 8, once neighbours are merged.
   */
  readonly shape: readonly number[];
  /** Where the block is read. Strides of 0 broadcast elements. */
  readonly from: StridedLayout;
  /** Where it is written. Default: contiguously, from the first element of `output` on. */
  readonly to?: StridedLayout | undefined;
  /**
   * Whether a transposing copy uses tiles in workgroup memory; otherwise each thread transposes 4 x
   * 4 elements where extents allow. Default: on GPUs, where both dimensions have at least 16
   * elements.
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

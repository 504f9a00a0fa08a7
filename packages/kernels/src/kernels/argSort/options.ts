import { oneOf, optional } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeFlag } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link argSort}. */
export interface ArgSortOptions {
  /** `[outer, length, inner]`, any type. */
  readonly input: GpuArray;
  /** i32 `[outer, length, inner]`, in another buffer. */
  readonly output: GpuArray;
  /** Product of the extents before the axis. */
  readonly outer: number;
  /** Extent of the axis that is sorted. */
  readonly length: number;
  /** Product of the extents after the axis. */
  readonly inner: number;
  /** Whether the greatest comes first. Default false. */
  readonly descending?: boolean | undefined;
  /** Default: `share` on software adapters, `element` on GPUs. */
  readonly variant?: ArgSortVariant | undefined;
}

/**
 * Whether a thread places one element, which it finds by bisection at every merge, or merges a
 * share of neighbouring places.
 */
export type ArgSortVariant = 'element' | 'share';

export const argSortKinds: KindsOf<ArgSortOptions> = {
  input: anArray,
  output: anArray,
  outer: anExtent,
  length: anExtent,
  inner: anExtent,
  descending: maybeFlag,
  variant: optional(oneOf('element', 'share')),
};

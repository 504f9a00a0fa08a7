import { oneOf, optional } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { reduceGradients, reduceMembers } from './members.ts';
import type { ReduceGradientName, ReduceName } from './members.ts';
import { anArray, anExtent, maybeArray, maybeFlag, maybeNumber, memberOf } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/**
 * A tensor seen from the axis that is reduced: the extents before it, its length, and those after
 * it.
 */
export interface ReducedShape {
  /** Product of the extents before the axis. */
  readonly outer: number;
  /** Extent of the axis that is reduced. */
  readonly length: number;
  /** Product of the extents after the axis. */
  readonly inner: number;
}

/** Options of {@link reduce}. */
export interface ReduceOptions extends ReduceAlongOptions {
  /** The reduction: `sum`, `maximum`, … */
  readonly member: ReduceName;
}

/** Options that all reductions share. */
export interface ReduceAlongOptions extends ReducedShape {
  /**
   * `[outer, length, inner]`, any type. Computed in f32, except sums, products and extremes of
   * whole numbers with a whole output: those are computed in their own type, and wrap.
   */
  readonly input: GpuArray;
  /** `[outer, inner]`, any type, in another buffer. */
  readonly output: GpuArray;
  /** `[outer, inner]`, f32 or f16: the mean, the maximum, … for members that are centered. */
  readonly center?: GpuArray | undefined;
  /** Factor of sums of floats, of variances and, before the root, of deviations. Default 1. */
  readonly factor?: number | undefined;
  /** Exponent of `powers`. Default 2. */
  readonly power?: number | undefined;
  /**
   * Whether one dispatch reduces all parts of a long axis, up to 8192 elements, in the same order
   * as two would. Default: chosen for the device and the shape.
   */
  readonly joined?: boolean | undefined;
}

export interface ReduceBackwardOptions extends ReducedShape {
  /** The reduction whose gradient is taken. */
  readonly member: ReduceGradientName;
  /** `[outer, inner]`, f32 or f16. */
  readonly gradOutput: GpuArray;
  /** `[outer, length, inner]`, f32 or f16: the input of the forward. */
  readonly input: GpuArray;
  /** `[outer, length, inner]`, f32 or f16, in another buffer. */
  readonly gradInput: GpuArray;
  /** `[outer, inner]`, f32 or f16: `a` of the member's formula. */
  readonly first?: GpuArray | undefined;
  /** The same for `b`. */
  readonly second?: GpuArray | undefined;
  /** Default 1. */
  readonly factor?: number | undefined;
  /** Default 2. */
  readonly power?: number | undefined;
  /**
   * Threads for a row of the gradient of `product`. Default: chosen for the device and the shape.
   */
  readonly productLanes?: 1 | 64 | undefined;
}

export interface ArgReduceOptions extends ReducedShape {
  /** `[outer, length, inner]`, any type, `length` at least 1. */
  readonly input: GpuArray;
  /** i32 `[outer, inner]`. */
  readonly output: GpuArray;
  /** Whether to find the least value. Default false: the greatest. */
  readonly least?: boolean | undefined;
}

export const reduceKinds: KindsOf<ReduceOptions> = {
  member: memberOf(reduceMembers),
  input: anArray,
  output: anArray,
  outer: anExtent,
  length: anExtent,
  inner: anExtent,
  center: maybeArray,
  factor: maybeNumber,
  power: maybeNumber,
  joined: maybeFlag,
};

export const reduceBackwardKinds: KindsOf<ReduceBackwardOptions> = {
  member: memberOf(reduceGradients, 'product'),
  gradOutput: anArray,
  input: anArray,
  gradInput: anArray,
  outer: anExtent,
  length: anExtent,
  inner: anExtent,
  first: maybeArray,
  second: maybeArray,
  factor: maybeNumber,
  power: maybeNumber,
  productLanes: optional(oneOf(1, 64)),
};

export const argReduceKinds: KindsOf<ArgReduceOptions> = {
  input: anArray,
  output: anArray,
  outer: anExtent,
  length: anExtent,
  inner: anExtent,
  least: maybeFlag,
};

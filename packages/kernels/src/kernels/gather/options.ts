import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeObject } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/**
 * Where the numbers of an index lie: elements from one to the next along each axis, 0 to repeat.
 */
export interface IndexStrides {
  /** Along the extents before the indexed axis. */
  readonly outer: number;
  /** Along the indexed axis. */
  readonly place: number;
  /** Along the extents behind the indexed axis. */
  readonly inner: number;
}

interface IndexedShape {
  readonly outer: number;
  /** Extent of the indexed axis. */
  readonly length: number;
  /** How many numbers the index has along that axis. */
  readonly places: number;
  readonly inner: number;
  /** i32 or u32: numbers of elements along the axis. */
  readonly index: GpuArray;
  /** Default: side by side, as `[outer, places, inner]`. */
  readonly strides?: IndexStrides;
}

/** Options of {@link gather}. */
export interface GatherOptions extends IndexedShape {
  /** `[outer, length, inner]`, any type. */
  readonly input: GpuArray;
  /** `[outer, places, inner]`, of the type of `input`, or both are floats; in another buffer. */
  readonly output: GpuArray;
}

/** Options of {@link scatterAdd}. */
export interface ScatterAddOptions extends IndexedShape {
  /** `[outer, places, inner]`, any type; sums of whole numbers wrap. */
  readonly input: GpuArray;
  /**
   * i32, where the numbers of the index lie: the places in the order of their numbers, as `argSort`
   * gives them.
   */
  readonly order: GpuArray;
  /**
   * `[outer, length, inner]`, of the type of `input`, or both are floats; in another buffer.
   * Every element is written.
   */
  readonly output: GpuArray;
}

const indexedKinds: KindsOf<IndexedShape> = {
  outer: anExtent,
  length: anExtent,
  places: anExtent,
  inner: anExtent,
  index: anArray,
  strides: maybeObject,
};

export const gatherKinds: KindsOf<GatherOptions> = {
  input: anArray,
  output: anArray,
  ...indexedKinds,
};

export const scatterAddKinds: KindsOf<ScatterAddOptions> = {
  input: anArray,
  order: anArray,
  output: anArray,
  ...indexedKinds,
};

export const stridesKinds: KindsOf<IndexStrides> = { outer: anExtent, place: anExtent, inner: anExtent };

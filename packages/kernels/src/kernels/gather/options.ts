import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeArray, maybeObject } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Strides of the index array along each axis; 0 broadcasts. */
export interface IndexStrides {
  /** Along the extents before the indexed axis. */
  readonly outer: number;
  /** Along the indexed axis. */
  readonly place: number;
  /** Along the extents after the indexed axis. */
  readonly inner: number;
}

export interface IndexedShape {
  readonly outer: number;
  /** Extent of the indexed axis. */
  readonly length: number;
  /** Extent of the index along that axis. */
  readonly places: number;
  readonly inner: number;
  /** i32 or u32: positions along the axis. */
  readonly index: GpuArray;
  /** Default: contiguous, as `[outer, places, inner]`. */
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
   * i32, laid out as the index: what `argSort` gives for the index along the axis. Optional for up
   * to 64 places where one index serves a row of at least 8 elements, which are faster unsorted.
   */
  readonly order?: GpuArray | undefined;
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
  order: maybeArray,
  output: anArray,
  ...indexedKinds,
};

export const stridesKinds: KindsOf<IndexStrides> = { outer: anExtent, place: anExtent, inner: anExtent };

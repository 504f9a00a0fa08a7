import { anyNumber, object } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeNumber } from '../validate.ts';
import type { KindsOf } from '../validate.ts';
import type { Broadcast } from './recordBroadcast.ts';

/** Options of {@link add} and {@link multiply}. */
export interface BinaryOptions {
  /** [length], f32 or f16. May be the same array as `b`. */
  readonly a: GpuArray;
  /** [length], f32 or f16. */
  readonly b: GpuArray;
  /** [length], f32 or f16, in a buffer of its own. */
  readonly output: GpuArray;
  /** Elements. */
  readonly length: number;
}

/** Options of {@link scale}. */
export interface ScaleOptions {
  /** [length], f32 or f16. */
  readonly input: GpuArray;
  /** [length], f32 or f16, in another buffer than `input`. */
  readonly output: GpuArray;
  /** Factor of every element. */
  readonly factor: number;
  /** Elements. */
  readonly length: number;
}

/** Options of {@link scaleRepeated}. */
export interface ScaleRepeatedOptions extends ScaleOptions {
  /** f32 or f16: as many elements as its strides reach. */
  readonly input: GpuArray;
  /** Extents of the output, and the strides of `input` along them, 0 where it is broadcast. */
  readonly broadcast: Broadcast;
}

/** Options of {@link accumulate}. */
export interface AccumulateOptions {
  /** [length], f32 or f16: added to `target`. */
  readonly value: GpuArray;
  /** [length], f32 or f16, in another buffer: updated in place. */
  readonly target: GpuArray;
  /** Default 1. */
  readonly factor?: number | undefined;
  /** Elements. */
  readonly length: number;
}

export const binaryKinds: KindsOf<BinaryOptions> = {
  a: anArray,
  b: anArray,
  output: anArray,
  length: anExtent,
};

export const scaleKinds: KindsOf<ScaleOptions> = {
  input: anArray,
  output: anArray,
  factor: anyNumber,
  length: anExtent,
};

export const scaleRepeatedKinds: KindsOf<ScaleRepeatedOptions> = { ...scaleKinds, broadcast: object };

export const accumulateKinds: KindsOf<AccumulateOptions> = {
  value: anArray,
  target: anArray,
  factor: maybeNumber,
  length: anExtent,
};

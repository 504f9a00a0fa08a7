import { objectWith, oneOf } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import type { Broadcast } from '../elementwise/recordBroadcast.ts';
import type { BinaryMember } from './members.ts';
import { anArray, anExtent, anOperand, maybeObject } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link binary}. */
export interface BinaryFunctionOptions {
  /** A member of the family: `sub` of `@attune/kernels/binary`. */
  readonly function: BinaryMember;
  /** An array of any type, or a number. */
  readonly a: GpuArray | number;
  /** An array of the type of `a`, or a number. */
  readonly b: GpuArray | number;
  /** [length]: u32 for comparisons, else the type of the arrays, or floats; in another buffer. */
  readonly output: GpuArray;
  /** Elements of the output. */
  readonly length: number;
  /** Extents and strides of `a` and `b`, where one is broadcast. Default: all are [length]. */
  readonly broadcast?: Broadcast | undefined;
}

/** Options of {@link binaryBackward}. */
export interface BinaryBackwardOptions {
  /** A member of the family: `sub` of `@attune/kernels/binary`. */
  readonly function: BinaryMember;
  /** The operand whose gradient is recorded. */
  readonly by: 'a' | 'b';
  /** [length], f32 or f16. */
  readonly gradOutput: GpuArray;
  /** The operands of the forward: floats, or numbers. */
  readonly a: GpuArray | number;
  /** As in the forward. */
  readonly b: GpuArray | number;
  /**
   * [length], f32 or f16, in another buffer. Where the operand was broadcast, the caller sums it.
   */
  readonly gradInput: GpuArray;
  /** Elements of the output. */
  readonly length: number;
  /** As in the forward, with the strides of `gradOutput`. */
  readonly broadcast?: Broadcast | undefined;
}

const member = objectWith('a function of the family, such as sub of @attune/kernels/binary', {
  name: 'string',
  value: 'string',
});

export const binaryKinds: KindsOf<BinaryFunctionOptions> = {
  function: member,
  a: anOperand,
  b: anOperand,
  output: anArray,
  length: anExtent,
  broadcast: maybeObject,
};

export const binaryBackwardKinds: KindsOf<BinaryBackwardOptions> = {
  function: member,
  by: oneOf('a', 'b'),
  gradOutput: anArray,
  a: anOperand,
  b: anOperand,
  gradInput: anArray,
  length: anExtent,
  broadcast: maybeObject,
};

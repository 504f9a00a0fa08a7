import { objectWith } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import type { UnaryMember } from './members.ts';
import { anArray, anExtent, maybeNumber } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Options of {@link unary}. */
export interface UnaryOptions {
  /** A member of the family: `exp` of `@attune/kernels/unary`. */
  readonly function: UnaryMember;
  /** [length], of any type. */
  readonly input: GpuArray;
  /** [length], of the type of `unaryResult`, or another float type; in another buffer. */
  readonly output: GpuArray;
  /** Elements. */
  readonly length: number;
  /**
   * Parameters of functions that have any: `clamp` from p to q, the slope p
   * of `leakyRelu`. Default 0.
   */
  readonly p?: number | undefined;
  /** The second parameter. Default 0. */
  readonly q?: number | undefined;
}

/** Options of {@link unaryBackward}. */
export interface UnaryBackwardOptions {
  /** A member of the family: `exp` of `@attune/kernels/unary`. */
  readonly function: UnaryMember;
  /** [length], f32 or f16. */
  readonly gradOutput: GpuArray;
  /** [length], f32 or f16: the input of the forward. */
  readonly input: GpuArray;
  /** [length], f32 or f16, in another buffer. */
  readonly gradInput: GpuArray;
  /** Elements. */
  readonly length: number;
  /** The parameters of the forward; for `clamp` NaN where there is no bound. Default 0. */
  readonly p?: number | undefined;
  /** As in the forward. */
  readonly q?: number | undefined;
}

const member = objectWith('a function of the family, such as exp of @attune/kernels/unary', {
  name: 'string',
  value: 'string',
});

export const unaryKinds: KindsOf<UnaryOptions> = {
  function: member,
  input: anArray,
  output: anArray,
  length: anExtent,
  p: maybeNumber,
  q: maybeNumber,
};

export const unaryBackwardKinds: KindsOf<UnaryBackwardOptions> = {
  function: member,
  gradOutput: anArray,
  input: anArray,
  gradInput: anArray,
  length: anExtent,
  p: maybeNumber,
  q: maybeNumber,
};

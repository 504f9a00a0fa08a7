import { oneOf, optional } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeFlag } from '../validate.ts';
import type { KindsOf } from '../validate.ts';

/** Whether a thread, a subgroup or a workgroup takes a row. */
export type SoftmaxVariant = 'thread' | 'subgroup' | 'workgroup';
/** Whether a thread or a workgroup takes a row. */
export type SoftmaxBackwardVariant = 'thread' | 'workgroup';

export interface SoftmaxRowOptions {
  readonly rows: number;
  readonly columns: number;
  /** Log-softmax instead of softmax. Default false. */
  readonly log?: boolean | undefined;
}

/** Options of {@link softmax}. */
export interface SoftmaxOptions extends SoftmaxRowOptions {
  /** f32 or f16 `[rows, columns]`. */
  readonly input: GpuArray;
  /** f32 or f16 `[rows, columns]`. */
  readonly output: GpuArray;
  /**
   * Row per thread, per subgroup (of a known size, for few enough columns) or per workgroup.
   * Default for more than 64 columns: per workgroup on a GPU, per subgroup on Mesa 26; else per
   * thread.
   */
  readonly variant?: SoftmaxVariant | undefined;
}

/** Options of {@link softmaxBackward}. */
export interface SoftmaxBackwardOptions extends SoftmaxRowOptions {
  /** f32 or f16 `[rows, columns]`. */
  readonly gradOutput: GpuArray;
  /** f32 or f16 `[rows, columns]`: the result of `softmax`, with the same `log`. */
  readonly output: GpuArray;
  /** f32 or f16 `[rows, columns]`. */
  readonly gradInput: GpuArray;
  /**
   * Row per thread or per workgroup. Default: per workgroup for more than 64 columns on a GPU, else
   * per thread.
   */
  readonly variant?: SoftmaxBackwardVariant | undefined;
}

export const softmaxKinds: KindsOf<SoftmaxOptions> = {
  input: anArray,
  output: anArray,
  rows: anExtent,
  columns: anExtent,
  log: maybeFlag,
  variant: optional(oneOf('thread', 'subgroup', 'workgroup')),
};

export const softmaxBackwardKinds: KindsOf<SoftmaxBackwardOptions> = {
  gradOutput: anArray,
  output: anArray,
  gradInput: anArray,
  rows: anExtent,
  columns: anExtent,
  log: maybeFlag,
  variant: optional(oneOf('thread', 'workgroup')),
};

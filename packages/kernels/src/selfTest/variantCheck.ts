import type { GpuArray } from '../memory/gpuArray.ts';

/** What a fast variant was told to compute, and what that is. */
export interface VariantCheck {
  /** Kernel and variant, such as `gemm subgroupMatrix`. */
  readonly name: string;
  /** f32, to be released once it is read. */
  readonly actual: GpuArray;
  readonly expected: ArrayLike<number>;
  /** Largest difference that roundings explain. */
  readonly tolerance: number;
}

import type { GpuArray } from '../memory/gpuArray.ts';

/** What a fast variant and the portable one were told to make of the same input. */
export interface VariantCheck {
  /** Kernel and variant, such as `gemm subgroupMatrix`. */
  readonly name: string;
  /** f32, to be released once it is read. */
  readonly actual: GpuArray;
  /** f32, to be released once it is read; several checks may share it. */
  readonly expected: GpuArray;
  /** Largest difference that roundings explain. */
  readonly tolerance: number;
}

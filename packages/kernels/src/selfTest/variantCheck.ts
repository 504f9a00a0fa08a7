import type { Gpu } from '../gpu.ts';
import type { GpuArray } from '../memory/gpuArray.ts';

/** The result of a fast variant, and what it should be. */
export interface VariantCheck {
  /** Kernel and variant, such as `gemm subgroupMatrix`. */
  readonly name: string;
  /** f32, to be released once it is read. */
  readonly actual: GpuArray;
  readonly expected: ArrayLike<number>;
  /** Largest difference that rounding can explain. */
  readonly tolerance: number;
}

/** Numbers between -1 and 1 that f16 represents exactly, the same on every device. */
export function checkInput(length: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, (_, index) => Math.round(1024 * Math.sin(1.7 * index + seed)) / 1024);
}

export const uploadChecked = (gpu: Gpu, values: Float32Array<ArrayBuffer>): GpuArray =>
  gpu.upload(values, 'f32', 'check');

import type { Gpu } from '../gpu.ts';
import type { GpuArray } from '../memory/gpuArray.ts';

/** Numbers between -1 and 1 that f16 holds too, the same on every device. */
export function checkInput(length: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, (_, index) => Math.round(1024 * Math.sin(1.7 * index + seed)) / 1024);
}

export const uploadChecked = (gpu: Gpu, values: Float32Array<ArrayBuffer>): GpuArray =>
  gpu.upload(values, 'f32', 'check');

import type { Gpu } from '../gpu.ts';
import type { GpuArray } from '../memory/gpuArray.ts';

/** Numbers between -1 and 1, the same on every device. */
export function checkInput(gpu: Gpu, length: number, seed: number): GpuArray {
  return gpu.upload(
    Float32Array.from({ length }, (_, index) => Math.sin(1.7 * index + seed)),
    'f32',
    'check',
  );
}

import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { requireArray, requireSeparate, singleTypes } from '../validate.ts';
import { wgsl as finalNorm } from './finalNorm.wgsl.ts';
import { wgsl as source } from './globalNorm.wgsl.ts';
import { wgsl as scaledSum } from './scaledSum.wgsl.ts';
import { sumOfSquares } from './sumOfSquares.ts';
import type { GradientSegment } from './sumOfSquares.ts';

export interface GlobalNormOptions {
  readonly segments: readonly GradientSegment[];
  /** f32 `[1]`. */
  readonly norm: GpuArray;
}

/**
 * The 2-norm of all segments together: `norm = sqrt(sum of squares)`. Squares that f32 cannot hold
 * are scaled, so the norm is right wherever f32 can hold it (PyTorch's f32 norm is infinite from
 * 2e19 on). NaN where a value is NaN, otherwise infinite where one is.
 *
 * @throws KernelArgumentError
 */
export function globalNorm(gpu: Gpu, { segments, norm }: GlobalNormOptions): void {
  const kernel = 'globalNorm';
  requireArray(kernel, 'norm', norm, { scalar: 1 }, singleTypes);
  requireSeparate(
    kernel,
    segments.map(({ gradients }) => gradients),
    [norm],
  );
  const { partials, count } = sumOfSquares(gpu, kernel, segments);
  gpu.dispatch({
    program: { key: kernel, source: () => scaledSum + finalNorm + source },
    parameters: { integers: [count] },
    reads: [partials],
    writes: [norm],
    workgroups: [1, 1, 1],
  });
  gpu.release(partials);
}

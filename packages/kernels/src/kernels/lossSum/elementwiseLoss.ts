import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';
import { requireArray, requireSeparate, singleTypes } from '../validate.ts';
import { lossSum } from './forward.ts';

interface ElementwiseLoss {
  /** Name in errors and profiles. */
  readonly kernel: string;
  /** WGSL of `fn elementLoss(a: f32, b: f32) -> vec2f` that includes `elementwiseLoss`. */
  readonly source: WgslFile;
  /** Two arrays by their names in errors: the predictions, and the targets. */
  readonly inputs: Readonly<Record<string, GpuArray>>;
  readonly gradient?: { readonly name: string; readonly array: GpuArray };
  readonly loss: GpuArray;
  readonly length: number;
  readonly weight: number;
  readonly accumulate: boolean;
}

/** Validates and records a loss that is a weighted sum over elements, with its gradient. */
export function elementwiseLoss(
  gpu: Gpu,
  { kernel, source, inputs, gradient, loss, length, weight, accumulate }: ElementwiseLoss,
): void {
  for (const [name, array] of Object.entries(inputs)) requireArray(kernel, name, array, { length }, singleTypes);
  requireArray(kernel, 'loss', loss, { scalar: 1 }, singleTypes);
  if (gradient) requireArray(kernel, gradient.name, gradient.array, { length }, singleTypes);
  const reads = Object.values(inputs);
  requireSeparate(kernel, reads, gradient ? [gradient.array, loss] : [loss]);
  const workgroups = Math.ceil(length / 256);
  const losses = gpu.allocate('f32', workgroups * 64, 'partial loss');
  gpu.dispatch({
    program: kernelProgram(kernel, source, { gradient: gradient !== undefined }),
    parameters: { integers: [length], floats: [weight] },
    reads,
    writes: gradient ? [losses, gradient.array] : [losses],
    workgroups: spreadWorkgroups(workgroups),
    work: { bytes: 4 * length * (gradient ? 3 : 2) },
  });
  lossSum(gpu, { input: losses, count: workgroups * 64, loss, weight, accumulate });
  gpu.release(losses);
}

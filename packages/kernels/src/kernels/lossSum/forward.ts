import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { wgsl as source } from './lossSum.wgsl.ts';

interface LossSumOptions {
  /** f32 `[count]`. */
  readonly input: GpuArray;
  readonly count: number;
  /** f32 `[1]`. */
  readonly loss: GpuArray;
  /** Factor of the sum. */
  readonly weight: number;
  /** Add to what `loss` holds. */
  readonly accumulate: boolean;
}

/** Number of values that one thread sums. */
const share = 64;

/**
 * Records `loss = weight * sum of input`, in stages of sums of 64, so that the order is fixed and
 * rounding errors stay small. Used by the losses.
 */
export function lossSum(gpu: Gpu, { input, count, loss, weight, accumulate }: LossSumOptions): void {
  let values = input;
  let remaining = count;
  for (;;) {
    const last = remaining <= share;
    const sums = Math.max(1, Math.ceil(remaining / share));
    const output = last ? loss : gpu.allocate('f32', sums, 'partial loss');
    gpu.dispatch({
      program: kernelProgram('lossSum', source),
      parameters: { integers: [remaining, share, Number(last), Number(accumulate)], floats: [weight] },
      reads: [values],
      writes: [output],
      workgroups: [Math.ceil(sums / 64), 1, 1],
      work: { bytes: 4 * remaining },
    });
    if (values !== input) gpu.release(values);
    if (last) return;
    values = output;
    remaining = sums;
  }
}

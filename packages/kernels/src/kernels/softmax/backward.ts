import type { Gpu } from '../../gpu.ts';
import { requireKernelOptions } from '../validate.ts';
import { softmaxBackwardKinds } from './options.ts';
import type { SoftmaxBackwardOptions } from './options.ts';
import { recordRows } from './recordRows.ts';
import { wgsl as byThread } from './softmaxBackwardByThread.wgsl.ts';
import { wgsl as byWorkgroup } from './softmaxBackwardByWorkgroup.wgsl.ts';
import { planSoftmaxBackward } from './variants.ts';

const sources = { thread: byThread, workgroup: byWorkgroup };

/**
 * Records the gradient of `softmax`.
 *
 * @throws KernelArgumentError
 */
export function softmaxBackward(gpu: Gpu, options: SoftmaxBackwardOptions): void {
  requireKernelOptions('softmaxBackward', options, softmaxBackwardKinds);
  const { gradOutput, output, gradInput, variant, ...rows } = options;
  const plan = planSoftmaxBackward(gpu, options.columns, variant);
  recordRows(gpu, {
    kernel: 'softmaxBackward',
    source: sources[plan.variant],
    reads: { gradOutput, output },
    writes: { gradInput },
    plan,
    ...rows,
  });
}

import type { Gpu } from '../../gpu.ts';
import { requireKernelOptions } from '../validate.ts';
import { softmaxKinds } from './options.ts';
import type { SoftmaxOptions } from './options.ts';
import { recordRows } from './recordRows.ts';
import { wgsl as bySubgroup } from './softmaxBySubgroup.wgsl.ts';
import { wgsl as byThread } from './softmaxByThread.wgsl.ts';
import { wgsl as byWorkgroup } from './softmaxByWorkgroup.wgsl.ts';
import { planSoftmax } from './variants.ts';

const sources = { thread: byThread, subgroup: bySubgroup, workgroup: byWorkgroup };

/**
 * Records the softmax of each row, or its logarithm: `torch.softmax(input, -1)`,
 * `torch.log_softmax(input, -1)`.
 *
 * @throws KernelArgumentError
 */
export function softmax(gpu: Gpu, options: SoftmaxOptions): void {
  requireKernelOptions('softmax', options, softmaxKinds);
  const { input, output, variant, ...rows } = options;
  const plan = planSoftmax(gpu, options.columns, variant);
  recordRows(gpu, {
    kernel: 'softmax',
    source: sources[plan.variant],
    reads: { input },
    writes: { output },
    plan,
    keepsExponentials: !options.log && output.elementType === 'f32',
    ...rows,
  });
}

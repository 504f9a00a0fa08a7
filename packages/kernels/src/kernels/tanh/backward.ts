import type { Gpu } from '../../gpu.ts';
import { recordElementwise } from '../elementwise/recordElementwise.ts';
import { tanhBackwardKinds } from './options.ts';
import type { TanhBackwardOptions } from './options.ts';
import { wgsl as source } from './tanhBackward.wgsl.ts';
import { requireKernelOptions } from '../validate.ts';

/**
 * Records gradInput = gradOutput * (1 - output^2).
 *
 * @throws KernelArgumentError
 */
export function tanhBackward(gpu: Gpu, options: TanhBackwardOptions): void {
  requireKernelOptions('tanhBackward', options, tanhBackwardKinds);
  const { gradOutput, output, gradInput, length } = options;
  recordElementwise(gpu, {
    kernel: 'tanhBackward',
    source,
    reads: { gradOutput, output },
    writes: { gradInput },
    length,
  });
}

import type { Gpu } from '../../gpu.ts';
import { recordElementwise } from '../elementwise/recordElementwise.ts';
import type { TanhBackwardOptions } from './options.ts';
import { wgsl as source } from './tanhBackward.wgsl.ts';

/**
 * Records gradInput = gradOutput * (1 - output^2).
 *
 * @throws KernelArgumentError
 */
export function tanhBackward(gpu: Gpu, { gradOutput, output, gradInput, length }: TanhBackwardOptions): void {
  recordElementwise(gpu, {
    kernel: 'tanhBackward',
    source,
    reads: { gradOutput, output },
    writes: { gradInput },
    length,
  });
}

import type { Gpu } from '../../gpu.ts';
import { recordElementwise } from '../elementwise/recordElementwise.ts';
import type { TanhOptions } from './options.ts';
import { wgsl as source } from './tanh.wgsl.ts';

/**
 * Records output = tanh(input).
 *
 * @throws KernelArgumentError
 */
export function tanh(gpu: Gpu, { input, output, length }: TanhOptions): void {
  recordElementwise(gpu, { kernel: 'tanh', source, reads: { input }, writes: { output }, length });
}

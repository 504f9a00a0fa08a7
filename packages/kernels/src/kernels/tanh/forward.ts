import type { Gpu } from '../../gpu.ts';
import { recordElementwise } from '../elementwise/recordElementwise.ts';
import { tanhKinds } from './options.ts';
import type { TanhOptions } from './options.ts';
import { wgsl as source } from './tanh.wgsl.ts';
import { requireKernelOptions } from '../validate.ts';

/**
 * Records output = tanh(input).
 *
 * @throws KernelArgumentError
 */
export function tanh(gpu: Gpu, options: TanhOptions): void {
  requireKernelOptions('tanh', options, tanhKinds);
  const { input, output, length } = options;
  recordElementwise(gpu, { kernel: 'tanh', source, reads: { input }, writes: { output }, length });
}

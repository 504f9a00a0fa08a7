import type { Gpu } from '../../gpu.ts';
import { recordElementwise } from '../elementwise/recordElementwise.ts';
import { wgsl as source } from './gelu.wgsl.ts';
import type { GeluOptions } from './options.ts';

/**
 * Records output = gelu(input) with the error function, as PyTorch's `gelu(approximate='none')`.
 *
 * @throws KernelArgumentError
 */
export function gelu(gpu: Gpu, { input, output, length }: GeluOptions): void {
  recordElementwise(gpu, { kernel: 'gelu', source, reads: { input }, writes: { output }, length });
}

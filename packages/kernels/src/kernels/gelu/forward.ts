import type { Gpu } from '../../gpu.ts';
import { recordMap } from '../elementwise/recordMap.ts';
import { floatTypes, requireKernelOptions } from '../validate.ts';
import { wgsl as geluFunctions } from './geluFunctions.wgsl.ts';
import { geluKinds } from './options.ts';
import type { GeluOptions } from './options.ts';

/**
 * Records output = gelu(input), by the error function: PyTorch's `gelu(approximate='none')`.
 *
 * @throws KernelArgumentError
 */
export function gelu(gpu: Gpu, options: GeluOptions): void {
  requireKernelOptions('gelu', options, geluKinds);
  const { input, output, length } = options;
  recordMap(gpu, {
    kernel: 'gelu',
    formula: { name: 'gelu', body: 'return gelu(input);', includes: [geluFunctions] },
    operands: { input },
    computed: 'f32',
    output,
    length,
    types: floatTypes,
  });
}

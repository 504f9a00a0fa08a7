import type { Gpu } from '../../gpu.ts';
import { recordMap } from '../elementwise/recordMap.ts';
import { castKinds } from './options.ts';
import type { CastOptions } from './options.ts';
import { requireKernelOptions } from '../validate.ts';

/**
 * Records output = input, converted to the type of `output`. To f16 it rounds to nearest and
 * overflows to infinity; from a float to an integer it truncates and stops at the integer's limits.
 *
 * @throws KernelArgumentError
 */
export function cast(gpu: Gpu, options: CastOptions): void {
  requireKernelOptions('cast', options, castKinds);
  const { input, output, length } = options;
  recordMap(gpu, {
    kernel: 'cast',
    formula: { name: 'cast', body: 'return input;' },
    operands: { input },
    computed: output.elementType === 'f16' ? 'f32' : output.elementType,
    output,
    length,
  });
}

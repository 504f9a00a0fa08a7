import type { Gpu } from '../../gpu.ts';
import { recordMap } from '../elementwise/recordMap.ts';
import { fillKinds } from './options.ts';
import type { FillOptions } from './options.ts';
import { requireKernelOptions } from '../validate.ts';

/**
 * Records output = value in its first `length` elements.
 *
 * @throws KernelArgumentError
 */
export function fill(gpu: Gpu, options: FillOptions): void {
  requireKernelOptions('fill', options, fillKinds);
  const { output, value, length } = options;
  recordMap(gpu, {
    kernel: 'fill',
    formula: { name: 'fill', body: 'return value;' },
    operands: { value },
    computed: output.elementType === 'f16' ? 'f32' : output.elementType,
    output,
    length,
  });
}

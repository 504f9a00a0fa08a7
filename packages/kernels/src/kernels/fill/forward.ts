import type { Gpu } from '../../gpu.ts';
import { recordMap } from '../elementwise/recordMap.ts';
import type { FillOptions } from './options.ts';

/**
 * Records output = value in its first `length` elements.
 *
 * @throws KernelArgumentError
 */
export function fill(gpu: Gpu, { output, value, length }: FillOptions): void {
  recordMap(gpu, {
    kernel: 'fill',
    formula: { name: 'fill', body: 'return value;' },
    operands: { value },
    computed: output.elementType === 'f16' ? 'f32' : output.elementType,
    output,
    length,
  });
}

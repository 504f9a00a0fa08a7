import type { Gpu } from '../../gpu.ts';
import { recordBroadcast } from '../elementwise/recordBroadcast.ts';
import type { WhereOptions } from './options.ts';

/**
 * Records output = condition ? a : b, element by element; its own gradient, with 0 for a or b.
 *
 * @throws KernelArgumentError
 */
export function where(gpu: Gpu, { condition, a, b, output, length, broadcast }: WhereOptions): void {
  const type = output.elementType === 'f16' ? 'f32' : output.elementType;
  recordBroadcast(gpu, {
    kernel: 'where',
    formula: { name: 'where', body: `return select(b, a, condition != ${type}(0));` },
    operands: { condition, a, b },
    computed: type,
    output,
    length,
    broadcast,
  });
}

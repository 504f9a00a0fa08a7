import type { Gpu } from '../../gpu.ts';
import { recordBroadcast } from '../elementwise/recordBroadcast.ts';
import { whereKinds } from './options.ts';
import type { WhereOptions } from './options.ts';
import { requireKernelOptions } from '../validate.ts';

/**
 * Records output = condition ? a : b, element by element. With 0 for a or b it is its own gradient.
 *
 * @throws KernelArgumentError
 */
export function where(gpu: Gpu, options: WhereOptions): void {
  requireKernelOptions('where', options, whereKinds);
  const { condition, a, b, output, length, broadcast } = options;
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

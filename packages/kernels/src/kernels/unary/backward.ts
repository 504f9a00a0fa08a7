import type { Gpu } from '../../gpu.ts';
import { recordMap } from '../elementwise/recordMap.ts';
import { KernelArgumentError } from '../../errors.ts';
import { unaryBackwardKinds } from './options.ts';
import type { UnaryBackwardOptions } from './options.ts';
import { requireKernelOptions } from '../validate.ts';

/**
 * Records gradInput = gradOutput * function'(input).
 *
 * @throws KernelArgumentError
 */
export function unaryBackward(gpu: Gpu, options: UnaryBackwardOptions): void {
  requireKernelOptions('unaryBackward', options, unaryBackwardKinds);
  const { gradOutput, input, gradInput, length, p = 0, q = 0 } = options;
  const { name, value, derivative, includes } = options.function;
  if (derivative === null) throw new KernelArgumentError(`unaryBackward: ${name} has no derivative`);
  recordMap(gpu, {
    kernel: `unaryBackward ${name}`,
    formula: { name, body: `let y = ${value};\nreturn gradOutput * (${derivative});`, includes },
    operands: { gradOutput, x: input, p, q },
    computed: 'f32',
    output: gradInput,
    length,
  });
}

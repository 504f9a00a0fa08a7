import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { recordBroadcast } from '../elementwise/recordBroadcast.ts';
import { binaryBackwardKinds } from './options.ts';
import type { BinaryBackwardOptions } from './options.ts';
import { requireKernelOptions } from '../validate.ts';

/**
 * Records gradInput = gradOutput * the derivative of function(a, b) by `a` or by `b`.
 *
 * @throws KernelArgumentError
 */
export function binaryBackward(gpu: Gpu, options: BinaryBackwardOptions): void {
  requireKernelOptions('binaryBackward', options, binaryBackwardKinds);
  const { by, gradOutput, a, b, gradInput, length, broadcast } = options;
  const { name, value, slopes, includes } = options.function;
  if (!slopes) throw new KernelArgumentError(`binaryBackward: ${name} has no derivative`);
  recordBroadcast(gpu, {
    kernel: `binaryBackward ${name}`,
    formula: { name: `${name} by ${by}`, body: `let y = ${value};\nreturn gradOutput * (${slopes[by]});`, includes },
    operands: { gradOutput, a, b },
    computed: 'f32',
    output: gradInput,
    length,
    broadcast,
  });
}

/** The derivative where it is constant: 1 or -1; otherwise null. */
export function constantSlope({ slopes }: BinaryBackwardOptions['function'], by: 'a' | 'b'): number | null {
  const slope = Number(slopes?.[by]);
  return Number.isNaN(slope) ? null : slope;
}

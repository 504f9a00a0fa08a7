import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { numberTypes, recordArgReduce } from '../reduce/argReduce.ts';
import { floatTypes, requireArray, requireKernelOptions, requireSeparate } from '../validate.ts';
import { argmaxKinds } from './options.ts';
import type { ArgmaxOptions } from './options.ts';

const kernel = 'argmax';

/**
 * Records the index of the greatest value of each row, the first of equals. NaN is the greatest, as
 * in `torch.argmax`.
 *
 * @throws KernelArgumentError
 */
export function argmax(gpu: Gpu, options: ArgmaxOptions): void {
  requireKernelOptions(kernel, options, argmaxKinds);
  const { input, output, rows, columns } = options;
  if (columns === 0) throw new KernelArgumentError(`${kernel}: columns is 0; there is no greatest value`);
  requireArray(kernel, 'input', input, { rows, columns }, floatTypes);
  requireArray(kernel, 'output', output, { rows }, numberTypes);
  requireSeparate(kernel, [input], [output]);
  recordArgReduce(gpu, { input, output, outer: rows, length: columns, inner: 1 });
}

import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { ElementType } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { argReduce } from '../reduce/index.ts';
import { partsOf } from '../reduce/variants.ts';
import { floatTypes, requireArray, requireExtents, requireSeparate } from '../validate.ts';
import { wgsl as source } from './argmax.wgsl.ts';
import type { ArgmaxOptions } from './options.ts';

const kernel = 'argmax';
const numberTypes: readonly ElementType[] = ['i32'];

/**
 * Records the number of the greatest value of each row, the first where there are several. A NaN is
 * greater than all else, as in `torch.argmax`.
 *
 * @throws KernelArgumentError
 */
export function argmax(gpu: Gpu, { input, output, rows, columns }: ArgmaxOptions): void {
  requireExtents(kernel, { rows, columns });
  if (columns === 0) throw new KernelArgumentError(`${kernel}: columns is 0; the greatest of no values has no number`);
  requireArray(kernel, 'input', input, { rows, columns }, floatTypes);
  requireArray(kernel, 'output', output, { rows }, numberTypes);
  requireSeparate(kernel, [input], [output]);
  // Where threads are many, none walks a long row alone.
  if (!gpu.profile.software && partsOf(columns) > 1)
    return argReduce(gpu, { input, output, outer: rows, length: columns, inner: 1 });
  gpu.dispatch({
    program: kernelProgram(kernel, source, { access: elementAccess(gpu, { input }, {}) }),
    parameters: { integers: [rows, columns] },
    reads: [input],
    writes: [output],
    workgroups: spreadWorkgroups(Math.ceil(rows / 64)),
    work: { bytes: 4 * rows * (columns + 1) },
  });
}

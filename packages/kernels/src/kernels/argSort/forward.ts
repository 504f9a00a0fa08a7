import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { anyTypes, floatTypes, presentArrays, requireArray, requireExtents, requireSeparate } from '../validate.ts';
import { wgsl as source } from './argSort.wgsl.ts';
import type { ArgSortOptions } from './options.ts';

const kernel = 'argSort';
const numberTypes: readonly ElementType[] = ['i32'];

/**
 * Records the numbers of the elements along an axis in ascending or descending order, equal ones as
 * they come; NaN is greatest. `torch.argsort(…, stable=True)`. A merge sort: one dispatch for each
 * doubling of the sorted runs.
 *
 * @throws KernelArgumentError
 */
export function argSort(gpu: Gpu, options: ArgSortOptions): void {
  const { input, output, outer, length, inner, descending = false } = options;
  requireExtents(kernel, { outer, length, inner });
  requireArray(kernel, 'input', input, { outer, length, inner }, anyTypes);
  requireArray(kernel, 'output', output, { outer, length, inner }, numberTypes);
  requireSeparate(kernel, [input], [output]);
  const count = outer * length * inner;
  let runs: GpuArray | undefined;
  for (let width = 1; ; width *= 2) {
    const isLast = 2 * width >= length;
    const merged = isLast ? output : gpu.allocate('i32', Math.max(1, count), 'sorted runs');
    gpu.dispatch({
      program: kernelProgram(kernel, source, {
        access: elementAccess(gpu, { input }, {}),
        floats: floatTypes.includes(input.elementType),
        signed: input.elementType === 'i32',
        first: runs === undefined,
        descending,
      }),
      parameters: { integers: [count, length, inner, width] },
      reads: presentArrays({ input, runs }),
      writes: [merged],
      workgroups: spreadWorkgroups(Math.ceil(count / 64)),
      work: { bytes: 12 * count },
    });
    if (runs) gpu.release(runs);
    if (isLast) return;
    runs = merged;
  }
}

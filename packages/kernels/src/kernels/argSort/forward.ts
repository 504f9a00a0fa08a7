import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import type { Defines } from '../../wgsl/preprocess.ts';
import { anyTypes, floatTypes, requireArray, requireKernelOptions, requireSeparate } from '../validate.ts';
import { wgsl as source } from './argSort.wgsl.ts';
import { argSortKinds } from './options.ts';
import type { ArgSortOptions } from './options.ts';
import { wgsl as runsSource } from './sortRuns.wgsl.ts';

const kernel = 'argSort';
const numberTypes: readonly ElementType[] = ['i32'];

/**
 * Records the indices that sort the elements along an axis, as `torch.argsort(…, stable=True)`:
 * equal elements keep their order, and NaN is the greatest. Runs of up to 256 elements are sorted
 * first, then merged in pairs, with one dispatch for each doubling.
 *
 * @throws KernelArgumentError
 */
export function argSort(gpu: Gpu, options: ArgSortOptions): void {
  requireKernelOptions(kernel, options, argSortKinds);
  const { input, output, outer, length, inner } = options;
  requireArray(kernel, 'input', input, { outer, length, inner }, anyTypes);
  requireArray(kernel, 'output', output, { outer, length, inner }, numberTypes);
  requireSeparate(kernel, [input], [output]);
  const count = outer * length * inner;
  const runLength = length <= 16 ? 16 : length <= 64 ? 64 : 256;
  const allocate = () => gpu.allocate('i32', Math.max(1, count), 'sorted runs');
  let runs = runLength >= length ? output : allocate();
  sortRuns(gpu, options, runs, runLength);
  for (let width = runLength; width < length; width *= 2) {
    const isLast = 2 * width >= length;
    const merged = isLast ? output : allocate();
    gpu.dispatch({
      program: kernelProgram(kernel, source, definesOf(gpu, options)),
      parameters: { integers: [count, length, inner, width] },
      reads: [input, runs],
      writes: [merged],
      workgroups: spreadWorkgroups(Math.ceil(count / 64)),
      work: { bytes: 12 * count },
    });
    gpu.release(runs);
    runs = merged;
  }
}

function sortRuns(gpu: Gpu, options: ArgSortOptions, output: GpuArray, runLength: number): void {
  const { input, outer, length, inner } = options;
  const runsOfRow = Math.ceil(length / runLength);
  const runs = outer * inner * runsOfRow;
  gpu.dispatch({
    program: kernelProgram('argSort of runs', runsSource, { ...definesOf(gpu, options), runLength }),
    parameters: { integers: [runs, length, inner, Math.max(1, runsOfRow)] },
    reads: [input],
    writes: [output],
    workgroups: spreadWorkgroups(Math.ceil((runs * runLength) / 256)),
    work: { bytes: 8 * outer * length * inner },
  });
}

function definesOf(gpu: Gpu, { input, descending = false }: ArgSortOptions): Defines {
  return {
    access: elementAccess(gpu, { input }, {}),
    floats: floatTypes.includes(input.elementType),
    signed: input.elementType === 'i32',
    descending,
  };
}

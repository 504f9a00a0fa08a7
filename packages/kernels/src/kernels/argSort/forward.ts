import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import type { Defines } from '../../wgsl/preprocess.ts';
import { anyTypes, floatTypes, requireArray, requireKernelOptions, requireSeparate } from '../validate.ts';
import { wgsl as source } from './argSort.wgsl.ts';
import { wgsl as sharesSource } from './mergeShares.wgsl.ts';
import { argSortKinds } from './options.ts';
import type { ArgSortOptions } from './options.ts';
import { wgsl as rankSource } from './rankRuns.wgsl.ts';
import { wgsl as runsSource } from './sortRuns.wgsl.ts';

const kernel = 'argSort';
const numberTypes: readonly ElementType[] = ['i32'];

/** Elements of a run that is sorted by counting, and places that a thread merges. */
const share = 16;

/**
 * Records the indices that sort the elements along an axis, as `torch.argsort(…, stable=True)`:
 * equal elements keep their order, and NaN is the greatest. Short runs are sorted first, then
 * merged in pairs, with one dispatch for each doubling. All variants give the same.
 *
 * @throws KernelArgumentError
 */
export function argSort(gpu: Gpu, options: ArgSortOptions): void {
  requireKernelOptions(kernel, options, argSortKinds);
  const { input, output, outer, length, inner, variant = gpu.profile.software ? 'share' : 'element' } = options;
  requireArray(kernel, 'input', input, { outer, length, inner }, anyTypes);
  requireArray(kernel, 'output', output, { outer, length, inner }, numberTypes);
  requireSeparate(kernel, [input], [output]);
  const count = outer * length * inner;
  const byShare = variant === 'share';
  const runLength = byShare || length <= 16 ? share : length <= 64 ? 64 : 256;
  const allocate = () => gpu.allocate('i32', Math.max(1, count), 'sorted runs');
  let runs = runLength >= length ? output : allocate();
  if (byShare) rankRuns(gpu, options, runs);
  else sortRuns(gpu, options, runs, runLength);
  for (let width = runLength; width < length; width *= 2) {
    const isLast = 2 * width >= length;
    const merged = isLast ? output : allocate();
    mergeRuns(gpu, options, { runs, merged, width, byShare });
    gpu.release(runs);
    runs = merged;
  }
}

interface Merge {
  readonly runs: GpuArray;
  readonly merged: GpuArray;
  readonly width: number;
  readonly byShare: boolean;
}

function mergeRuns(gpu: Gpu, options: ArgSortOptions, { runs, merged, width, byShare }: Merge): void {
  const { input, outer, length, inner } = options;
  const sharesOfRow = Math.ceil(length / share);
  const tasks = outer * inner * (byShare ? sharesOfRow : length);
  gpu.dispatch({
    program: byShare
      ? kernelProgram('argSort by shares', sharesSource, { ...definesOf(gpu, options), share })
      : kernelProgram(kernel, source, definesOf(gpu, options)),
    parameters: { integers: [tasks, length, inner, width, ...(byShare ? [sharesOfRow] : [])] },
    reads: [input, runs],
    writes: [merged],
    workgroups: spreadWorkgroups(Math.ceil(tasks / 64)),
    work: { bytes: 12 * outer * length * inner },
  });
}

function rankRuns(gpu: Gpu, options: ArgSortOptions, output: GpuArray): void {
  const { input, outer, length, inner } = options;
  const count = outer * length * inner;
  gpu.dispatch({
    program: kernelProgram('argSort of runs by rank', rankSource, { ...definesOf(gpu, options), runLength: share }),
    parameters: { integers: [count, length, inner] },
    reads: [input],
    writes: [output],
    workgroups: spreadWorkgroups(Math.ceil(count / 64)),
    work: { bytes: 8 * count },
  });
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

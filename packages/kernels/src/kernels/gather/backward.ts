import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { ElementType } from '../../memory/gpuArray.ts';
import { maxWorkgroupsPerDimension, spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { anyTypes, floatTypes, requireArray, requireKernelOptions, requireSeparate } from '../validate.ts';
import { indexLength, sharesIndices } from './indexLayout.ts';
import { scatterAddKinds } from './options.ts';
import type { IndexedShape, ScatterAddOptions } from './options.ts';
import { wgsl as fewSource } from './scatterFew.wgsl.ts';
import { sortedSums } from './sortedSums.ts';

const kernel = 'scatterAdd';
const numberTypes: readonly ElementType[] = ['i32', 'u32'];

/** Most places for `scatterFew.wgsl`: it has two words of bits for each row, one bit a place. */
const mostNoted = 64;

/** Whether `scatterAdd` needs `order`: with few places each row searches all of them instead. */
export function needsOrder(shape: IndexedShape): boolean {
  return !sharesIndices(shape) || shape.places > mostNoted || shape.outer > maxWorkgroupsPerDimension;
}

/**
 * Records `torch.zeros(…).scatter_add`, the gradient of `gather`: each element is added at the
 * position along the axis that its index names. Indices out of range are left out. Every run gives
 * the same bits, and no thread adds many elements one after the other, however many have one index.
 *
 * @throws KernelArgumentError
 */
export function scatterAdd(gpu: Gpu, options: ScatterAddOptions): void {
  requireKernelOptions(kernel, options, scatterAddKinds);
  const { input, index, order, output, outer, length, places, inner } = options;
  requireArray(kernel, 'input', input, { outer, places, inner }, anyTypes);
  const types = floatTypes.includes(input.elementType) ? floatTypes : [input.elementType];
  requireArray(kernel, 'output', output, { outer, length, inner }, types);
  const numbers = indexLength(kernel, options);
  requireArray(kernel, 'index', index, { numbers }, numberTypes);
  if (order) requireArray(kernel, 'order', order, { numbers }, ['i32']);
  else if (needsOrder(options))
    throw new KernelArgumentError(
      `${kernel}: order is missing; only an index that serves rows of at least 8 elements, for up to ${mostNoted} places, needs none; there are ${places}`,
    );
  const reads = order ? [input, index, order] : [input, index];
  requireSeparate(kernel, reads, [output]);
  if (order) sortedSums(gpu, { ...options, order });
  else sumsOfFew(gpu, options);
}

/** Sums by `scatterFew.wgsl`, which shares rows of vectors among workgroups. */
function sumsOfFew(gpu: Gpu, { input, index, output, outer, length, places, inner, strides }: ScatterAddOptions): void {
  const width = inner % 4 === 0 ? 4 : 1;
  const columns = inner / width;
  const segment = gpu.profile.software ? 256 : 32;
  const segments = Math.ceil(columns / segment);
  const [x, y] = spreadWorkgroups(Math.ceil(length / 64) * segments);
  gpu.dispatch({
    program: kernelProgram(`${kernel} of few`, fewSource, {
      access: elementAccess(gpu, { input, numbers: index }, { output }, { input: width, output: width }),
      segment,
    }),
    parameters: { integers: [columns, segments, length, places, strides?.outer ?? 0, strides?.place ?? 1] },
    reads: [input, index],
    writes: [output],
    workgroups: [x, y, outer],
    work: { bytes: 4 * outer * length * inner + 8 * outer * places * inner },
  });
}

import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { maxWorkgroupsPerDimension, spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { anyTypes, floatTypes, requireArray, requireKernelOptions, requireSeparate } from '../validate.ts';
import { dealt, indexLength, sharesNumbers } from './indexLayout.ts';
import { scatterAddKinds } from './options.ts';
import type { IndexedShape, ScatterAddOptions } from './options.ts';
import { wgsl as source } from './scatterAdd.wgsl.ts';
import { wgsl as fewSource } from './scatterFew.wgsl.ts';

const kernel = 'scatterAdd';
const numberTypes: readonly ElementType[] = ['i32', 'u32'];

/** The places of a row are noted in two words of bits. */
const mostNoted = 64;

/** Whether `scatterAdd` needs `order`: with few places each row searches all of them instead. */
export function needsOrder(shape: IndexedShape): boolean {
  return !sharesNumbers(shape) || shape.places > mostNoted || shape.outer > maxWorkgroupsPerDimension;
}

/**
 * Records `torch.zeros(…).scatter_add`, the gradient of `gather`: each element is added at the
 * position along the axis that its index names. Indices out of range are left out. Every run gives
 * the same bits.
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
      `${kernel}: order is missing, for ${places} places; pass what argSort gives. It is optional only for up to ${mostNoted} places, where one index serves a row of at least 8 elements`,
    );
  requireSeparate(kernel, order ? [input, index, order] : [input, index], [output]);
  if (order) recordSorted(gpu, options, order);
  else recordFew(gpu, options);
}

function recordSorted(gpu: Gpu, options: ScatterAddOptions, order: GpuArray): void {
  const { input, index, output, outer, length, places, inner } = options;
  const count = outer * length * inner;
  const { rows, width, defines, integers, workgroups } = dealt(gpu, options, length);
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      access: elementAccess(gpu, { input, numbers: index }, { output }, { input: width, output: width }),
      rows,
      ...defines,
    }),
    parameters: { integers },
    reads: [input, index, order],
    writes: [output],
    workgroups: workgroups ?? spreadWorkgroups(Math.ceil(count / 64)),
    work: { bytes: 4 * count + 12 * outer * places * inner },
  });
}

/** Rows of a workgroup of `scatterFew.wgsl`. */
const rowsOfWorkgroup = 64;

function recordFew(gpu: Gpu, options: ScatterAddOptions): void {
  const { input, index, output, outer, length, places, inner, strides } = options;
  const width = inner % 4 === 0 ? 4 : 1;
  const columns = inner / width;
  const segment = gpu.profile.software ? 256 : 32;
  const segments = Math.ceil(columns / segment);
  const [x, y] = spreadWorkgroups(Math.ceil(length / rowsOfWorkgroup) * segments);
  gpu.dispatch({
    program: kernelProgram(`${kernel} of few`, fewSource, {
      access: elementAccess(gpu, { input, numbers: index }, { output }, { input: width, output: width }),
      segment,
    }),
    parameters: { integers: [columns, segments, length, places, strides?.outer ?? 0, strides?.place ?? 1] },
    reads: [input, index],
    writes: [output],
    workgroups: [x, y, outer],
    work: { bytes: 4 * outer * inner * (length + places) },
  });
}

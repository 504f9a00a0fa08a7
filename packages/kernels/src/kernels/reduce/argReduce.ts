import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { anyTypes, floatTypes, presentArrays, requireArray, requireExtents, requireSeparate } from '../validate.ts';
import { wgsl as source } from './argReduce.wgsl.ts';
import type { ArgReduceOptions } from './options.ts';
import { partsOf } from './variants.ts';

const kernel = 'argReduce';

export const numberTypes: readonly ElementType[] = ['i32'];

/**
 * Records the number of the greatest or least value along an axis, the first where there are
 * several. A NaN is both, as in `torch.argmax` and `torch.argmin`.
 *
 * @throws KernelArgumentError
 */
export function argReduce(gpu: Gpu, options: ArgReduceOptions): void {
  const { input, output, outer, length, inner } = options;
  requireExtents(kernel, { outer, length, inner });
  if (length === 0) throw new KernelArgumentError(`${kernel}: length is 0; the greatest of no values has no number`);
  requireArray(kernel, 'input', input, { outer, length, inner }, anyTypes);
  requireArray(kernel, 'output', output, { outer, inner }, numberTypes);
  requireSeparate(kernel, [input], [output]);
  recordArgReduce(gpu, options, partsOf);
}

/** Records it in stages; `cut` says into how many parts each cuts what is left of the axis. */
export function recordArgReduce(gpu: Gpu, options: ArgReduceOptions, cut: (length: number) => number): void {
  const { input, output, outer, length, inner, least = false } = options;
  let candidates: GpuArray | undefined;
  for (let places = length; ;) {
    const parts = cut(places);
    const outputs = outer * parts * inner;
    const numbers = parts === 1 ? output : gpu.allocate('i32', outputs, 'numbers of candidates');
    gpu.dispatch({
      program: kernelProgram(kernel, source, {
        access: elementAccess(gpu, { input }, {}),
        floats: floatTypes.includes(input.elementType),
        signed: input.elementType === 'i32',
        chosen: candidates !== undefined,
        least,
      }),
      parameters: { integers: [outputs, parts, length, inner, places] },
      reads: presentArrays({ input, candidates }),
      writes: [numbers],
      workgroups: spreadWorkgroups(Math.ceil(outputs / 64)),
      work: { bytes: 4 * (outer * places * inner + outputs) },
    });
    if (candidates) gpu.release(candidates);
    if (parts === 1) return;
    candidates = numbers;
    places = parts;
  }
}

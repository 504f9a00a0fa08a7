import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import {
  anyTypes,
  floatTypes,
  presentArrays,
  requireArray,
  requireKernelOptions,
  requireSeparate,
} from '../validate.ts';
import { wgsl as source } from './argReduce.wgsl.ts';
import { lanesOf } from './lanes.ts';
import { argReduceKinds } from './options.ts';
import type { ArgReduceOptions } from './options.ts';
import { isOneWalk, partsOf, threadsFor } from './variants.ts';

const kernel = 'argReduce';
const single = { input: 1, output: 1 } as const;

export const numberTypes: readonly ElementType[] = ['i32'];

/**
 * Records the index of the greatest or least value along an axis, the first of equals. NaN is both,
 * as in `torch.argmax` and `torch.argmin`.
 *
 * @throws KernelArgumentError
 */
export function argReduce(gpu: Gpu, options: ArgReduceOptions): void {
  requireKernelOptions(kernel, options, argReduceKinds);
  const { input, output, outer, length, inner } = options;
  if (length === 0) throw new KernelArgumentError(`${kernel}: length is 0; there is no greatest value`);
  requireArray(kernel, 'input', input, { outer, length, inner }, anyTypes);
  requireArray(kernel, 'output', output, { outer, inner }, numberTypes);
  requireSeparate(kernel, [input], [output]);
  recordArgReduce(gpu, options);
}

/** Records it in stages, each over what the one before left of the axis. */
export function recordArgReduce(gpu: Gpu, options: ArgReduceOptions): void {
  const { input, output, outer, length, inner, least = false } = options;
  const whole = lanesOf(length, inner, 1);
  let candidates: GpuArray | undefined;
  for (let places = length; ;) {
    const chosen = candidates !== undefined;
    const parts = !chosen && isOneWalk(gpu, options, whole) ? 1 : partsOf(places);
    // Candidates may lie anywhere in their rows.
    const lanes = chosen || (parts > 1 && inner === 1) ? single : whole;
    const outputs = (outer * parts * inner) / lanes.output;
    const numbers = parts === 1 ? output : gpu.allocate('i32', outer * parts * inner, 'indices of candidates');
    const threads = threadsFor(gpu, outputs);
    gpu.dispatch({
      program: kernelProgram(kernel, source, {
        access: elementAccess(gpu, { input }, { output: numbers }, { ...lanes }),
        vectors: lanes.input === 4,
        alongRow: lanes.input > lanes.output,
        floats: floatTypes.includes(input.elementType),
        signed: input.elementType === 'i32',
        chosen,
        least,
        threads,
      }),
      parameters: {
        integers: [
          outputs,
          parts,
          (length * inner) / lanes.input,
          inner / lanes.output,
          (places * lanes.output) / lanes.input,
        ],
      },
      reads: presentArrays({ input, candidates }),
      writes: [numbers],
      workgroups: spreadWorkgroups(Math.ceil(outputs / threads)),
      work: { bytes: 4 * (outer * places * inner + outer * parts * inner) },
    });
    if (candidates) gpu.release(candidates);
    if (parts === 1) return;
    candidates = numbers;
    places = parts;
  }
}

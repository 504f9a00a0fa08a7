import type { Gpu } from '../../gpu.ts';
import type { ElementType } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { anyTypes, floatTypes, requireArray, requireKernelOptions, requireSeparate } from '../validate.ts';
import { dealt, indexLength } from './indexLayout.ts';
import { scatterAddKinds } from './options.ts';
import type { ScatterAddOptions } from './options.ts';
import { wgsl as source } from './scatterAdd.wgsl.ts';

const kernel = 'scatterAdd';
const numberTypes: readonly ElementType[] = ['i32', 'u32'];

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
  requireArray(kernel, 'order', order, { numbers }, ['i32']);
  requireSeparate(kernel, [input, index, order], [output]);
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

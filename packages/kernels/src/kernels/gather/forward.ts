import type { Gpu } from '../../gpu.ts';
import type { ElementType } from '../../memory/gpuArray.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { flatIndexingFor } from '../../wgsl/flatIndexing.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { anyTypes, floatTypes, requireArray, requireKernelOptions, requireSeparate } from '../validate.ts';
import { wgsl as source } from './gather.wgsl.ts';
import { assignElements, indexLength } from './indexLayout.ts';
import { gatherKinds } from './options.ts';
import type { GatherOptions } from './options.ts';

const kernel = 'gather';
const numberTypes: readonly ElementType[] = ['i32', 'u32'];

/**
 * Records elements selected along an axis: `output[o, k, i] = input[o, index[o, k, i], i]`, as
 * `torch.gather`. An index out of range gives NaN, or 0 where elements are whole numbers.
 *
 * @throws KernelArgumentError
 */
export function gather(gpu: Gpu, options: GatherOptions): void {
  requireKernelOptions(kernel, options, gatherKinds);
  const { input, index, output, outer, length, places, inner } = options;
  requireArray(kernel, 'input', input, { outer, length, inner }, anyTypes);
  const floats = floatTypes.includes(input.elementType);
  requireArray(kernel, 'output', output, { outer, places, inner }, floats ? floatTypes : [input.elementType]);
  requireArray(kernel, 'index', index, { numbers: indexLength(kernel, options) }, numberTypes);
  requireSeparate(kernel, [input, index], [output]);
  const count = outer * places * inner;
  const { rows, width, defines, integers, workgroups } = assignElements(gpu, options, places);
  const byElement = flatIndexingFor(gpu.profile);
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      access: elementAccess(gpu, { input, numbers: index }, { output }, { input: width, output: width }),
      floats,
      rows,
      ...(rows ? defines : byElement.defines),
    }),
    parameters: { integers, floats: [NaN] },
    reads: [input, index],
    writes: [output],
    workgroups: workgroups ?? byElement.workgroups(count),
    work: { bytes: 12 * count },
  });
}

import type { Gpu } from '../../gpu.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { rowIndexingFor } from '../../wgsl/rowIndexing.ts';
import { requireRandom } from '../dropout/index.ts';
import { floatTypes, requireArray, requireKernelOptions, requireSeparate } from '../validate.ts';
import { uniformNoiseKinds } from './options.ts';
import type { UniformNoiseOptions } from './options.ts';
import { wgsl } from './uniformNoise.wgsl.ts';

/**
 * Records output = input + noise, uniform in [-magnitude, magnitude). The noise is a function of
 * the random key, the site, the row's token and the column, as in dropout. The gradient of the
 * input is that of the output.
 *
 * @throws KernelArgumentError
 */
export function uniformNoise(gpu: Gpu, options: UniformNoiseOptions): void {
  const kernel = 'uniformNoise';
  requireKernelOptions(kernel, options, uniformNoiseKinds);
  const { input, output, rows, columns, magnitude, site, random } = options;
  requireArray(kernel, 'input', input, { rows, columns }, floatTypes);
  requireArray(kernel, 'output', output, { rows, columns }, floatTypes);
  requireRandom(kernel, random, rows);
  const { tokenKeys, state } = random;
  requireSeparate(kernel, [input, tokenKeys, state], [output]);
  const width = columns % 4 === 0 ? 4 : 1;
  const { defines, matrix, workgroups } = rowIndexingFor(gpu.profile, rows, Math.ceil(columns / 4));
  gpu.dispatch({
    program: kernelProgram(kernel, wgsl, {
      access: elementAccess(gpu, { input }, { output }, width),
      vec4: width === 4,
      ...defines,
    }),
    parameters: { integers: [...matrix, columns, site], floats: [magnitude] },
    reads: [input, tokenKeys, state],
    writes: [output],
    workgroups,
    work: { bytes: input.byteLength + output.byteLength },
  });
}

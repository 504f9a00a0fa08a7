import type { Gpu } from '../../gpu.ts';
import { dropoutParameters } from '../../random/dropout.ts';
import type { DropoutOptions, RandomKey } from '../../random/dropout.ts';
import { rowIndexingFor } from '../../wgsl/rowIndexing.ts';
import { floatTypes, indexTypes, requireArray, requireKernelOptions, requireSeparate } from '../validate.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { wgsl as dropoutSource } from './dropout.wgsl.ts';
import { dropoutKernelKinds, dropoutKinds, randomKinds } from './options.ts';
import type { DropoutKernelOptions } from './options.ts';

/**
 * Records output = input with some elements set to zero and the others divided by 1 - probability.
 * Which ones are dropped is a function of the random key, the site, the row's token and the column,
 * so that the same call on gradients is the backward. Probability 0 copies.
 *
 * @throws KernelArgumentError
 */
export function dropout(gpu: Gpu, options: DropoutKernelOptions): void {
  const kernel = 'dropout';
  requireKernelOptions(kernel, options, dropoutKernelKinds);
  const { input, output, rows, columns } = options;
  const { probability, site, random } = options.dropout;
  requireArray(kernel, 'input', input, { rows, columns }, floatTypes);
  requireArray(kernel, 'output', output, { rows, columns }, floatTypes);
  requireDropout(kernel, options.dropout, rows);
  const { tokenKeys, state } = random;
  requireSeparate(kernel, [input, tokenKeys, state], [output]);
  const { threshold, keptScale } = dropoutParameters(probability);
  const width = columns % 4 === 0 ? 4 : 1;
  const { defines, matrix, workgroups } = rowIndexingFor(gpu.profile, rows, Math.ceil(columns / 4));
  gpu.dispatch({
    program: kernelProgram(kernel, dropoutSource, {
      access: elementAccess(gpu, { input }, { output }, width),
      vec4: width === 4,
      ...defines,
    }),
    parameters: { integers: [...matrix, columns, site, threshold], floats: [keptScale] },
    reads: [input, tokenKeys, state],
    writes: [output],
    workgroups,
    work: { bytes: input.byteLength + output.byteLength },
  });
}

/** Checks a dropout over `rows` rows, for every kernel with dropout. */
export function requireDropout(kernel: string, drops: DropoutOptions, rows: number): void {
  requireKernelOptions(`${kernel}: dropout`, drops, dropoutKinds);
  requireRandom(kernel, drops.random, rows);
}

/** Checks the random key of `rows` rows, for every kernel that draws random numbers. */
export function requireRandom(kernel: string, random: RandomKey, rows: number): void {
  requireKernelOptions(`${kernel}: random`, random, randomKinds);
  requireArray(kernel, 'random.state', random.state, { words: 4 }, indexTypes);
  requireArray(kernel, 'random.tokenKeys', random.tokenKeys, { rows }, indexTypes);
}

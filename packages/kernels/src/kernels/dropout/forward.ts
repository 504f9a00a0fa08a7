import type { Gpu } from '../../gpu.ts';
import { dropoutParameters } from '../../random/dropout.ts';
import type { DropoutOptions, RandomKey } from '../../random/dropout.ts';
import { AccessPrograms } from '../../wgsl/accessPrograms.ts';
import { rowIndexingFor } from '../../wgsl/rowIndexing.ts';
import { floatTypes, indexTypes, requireArray, requireKernelOptions, requireSeparate } from '../validate.ts';
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
  requireKernelOptions(ownName, options, dropoutKernelKinds);
  requireDropout(ownName, options.dropout, options.rows);
  recordDropout(gpu, options);
}

/** The same for kernels that have already checked the dropout as one of their own options. */
export function recordDropout(gpu: Gpu, { input, output, rows, columns, dropout: drops }: DropoutKernelOptions): void {
  const { probability, site, random } = drops;
  const { tokenKeys, state } = random;
  const extents = { rows, columns };
  requireArray(ownName, 'input', input, extents, floatTypes);
  requireArray(ownName, 'output', output, extents, floatTypes);
  requireSeparate(ownName, [input, tokenKeys, state], [output]);
  const { threshold, keptScale } = dropoutParameters(probability);
  const width = columns % 4 === 0 ? 4 : 1;
  const { defines, matrix, workgroups } = rowIndexingFor(gpu.profile, rows, Math.ceil(columns / 4));
  gpu.dispatch({
    program: programs.get(gpu, { input }, { output }, width, { vec4: width === 4, ...defines }),
    parameters: { integers: [...matrix, columns, site, threshold], floats: [keptScale] },
    reads: [input, tokenKeys, state],
    writes: [output],
    workgroups,
    work: { bytes: input.byteLength + output.byteLength },
  });
}

const ownName = 'dropout';
const programs = /* @__PURE__ */ new AccessPrograms(ownName, dropoutSource);

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

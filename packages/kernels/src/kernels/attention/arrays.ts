import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { cast } from '../cast/index.ts';
import { requireDropout } from '../dropout/index.ts';
import { floatTypes, indexTypes, requireArray, singleTypes } from '../validate.ts';
import type { AttentionGradients, AttentionInputs, AttentionShape } from './options.ts';
import { chunkWidth } from './pairs/planPairs.ts';
import { largestHead } from './variants.ts';

const mostWorkgroups = 65535;

/** The arrays of queries, keys and values by the names of their options. */
export function inputsOf(inputs: AttentionInputs): Readonly<Record<string, GpuArray>> {
  return inputs.qkv ? { qkv: inputs.qkv } : { query: inputs.query, key: inputs.key, value: inputs.value };
}

/** The array of each matrix; with `qkv` one array holds all three. */
export function matricesOf(inputs: AttentionInputs): {
  readonly query: GpuArray;
  readonly key: GpuArray;
  readonly value: GpuArray;
} {
  if (inputs.qkv) return { query: inputs.qkv, key: inputs.qkv, value: inputs.qkv };
  return { query: inputs.query, key: inputs.key, value: inputs.value };
}

/** The arrays of the gradients by the names of their options. */
export function gradientsOf(gradients: AttentionGradients): Readonly<Record<string, GpuArray>> {
  if (gradients.gradQkv) return { gradQkv: gradients.gradQkv };
  return { gradQuery: gradients.gradQuery, gradKey: gradients.gradKey, gradValue: gradients.gradValue };
}

/** Arrays that hold several matrices, and the arrays that hold them singly. */
const wholesAndParts = [
  { whole: 'qkv', parts: ['query', 'key', 'value'] },
  { whole: 'gradQkv', parts: ['gradQuery', 'gradKey', 'gradValue'] },
];

/**
 * Checks what forward and backward share. `matrices` are all of one type: `qkv` and `gradQkv`
 * [totalTokens, 3, numHeads * headSize], others [totalTokens, numHeads * headSize].
 *
 * @throws KernelArgumentError
 */
export function requireAttention(
  kernel: string,
  options: AttentionShape,
  matrices: Readonly<Record<string, GpuArray>>,
  logSumExp: GpuArray,
): void {
  const { cuSeqlens, totalTokens, numSequences, numHeads, headSize, dropout } = options;
  for (const { whole, parts } of wholesAndParts) {
    const given = options as unknown as Readonly<Record<string, unknown>>;
    const part = given[whole] && parts.find((name) => given[name]);
    if (part) throw new KernelArgumentError(`${kernel}: got ${whole} and ${part}; ${whole} contains it`);
  }
  if (headSize < 1 || headSize > largestHead)
    throw new KernelArgumentError(`${kernel}: headSize is ${headSize}; it must be 1 to ${largestHead}`);
  if (numSequences > mostWorkgroups || numHeads > mostWorkgroups) {
    throw new KernelArgumentError(
      `${kernel}: ${numSequences} sequences of ${numHeads} heads; at most ${mostWorkgroups} of each are possible`,
    );
  }
  const elementType = Object.values(matrices)[0]?.elementType ?? 'f32';
  for (const name in matrices) {
    const matrix = matrices[name] as GpuArray;
    const shape = { totalTokens, ...(matricesIn(name) === 3 && { matrices: 3 }), numHeads, headSize };
    requireArray(kernel, name, matrix, shape, floatTypes);
    if (matrix.elementType !== elementType) requireArray(kernel, name, matrix, {}, [elementType]);
  }
  requireArray(kernel, 'logSumExp', logSumExp, { totalTokens, numHeads }, singleTypes);
  requireArray(kernel, 'cuSeqlens', cuSeqlens, { boundaries: numSequences + 1 }, indexTypes);
  if (dropout) requireDropout(kernel, dropout, totalTokens);
}

/**
 * Runs `record` on f32 copies of f16 arrays that are packed two to a word and whose heads do not
 * start at words. Elements past the end of the matrices keep their values.
 *
 * @returns false when there is no need, and nothing was recorded
 */
export function recordOnCopies(
  gpu: Gpu,
  { totalTokens, numHeads, headSize }: AttentionShape,
  reads: Readonly<Record<string, GpuArray>>,
  writes: Readonly<Record<string, GpuArray>>,
  record: (copies: Record<string, GpuArray>) => void,
): boolean {
  const [first] = Object.values(reads);
  if (first?.elementType !== 'f16' || gpu.profile.f16Storage !== 'packed' || chunkWidth(headSize) === 4) return false;
  const lengthOf = (name: string) => matricesIn(name) * totalTokens * numHeads * headSize;
  const copies: Record<string, GpuArray> = {};
  for (const [name, array] of Object.entries({ ...reads, ...writes }))
    copies[name] = gpu.allocate('f32', lengthOf(name), `${array.label} in f32`);
  for (const [name, array] of Object.entries(reads))
    cast(gpu, { input: array, output: copies[name] as GpuArray, length: lengthOf(name) });
  record(copies);
  for (const [name, array] of Object.entries(writes))
    cast(gpu, { input: copies[name] as GpuArray, output: array, length: lengthOf(name) });
  for (const copy of Object.values(copies)) gpu.release(copy);
  return true;
}

/** How many matrices the array of this name holds side by side. */
function matricesIn(name: string): 1 | 3 {
  return name === 'qkv' || name === 'gradQkv' ? 3 : 1;
}

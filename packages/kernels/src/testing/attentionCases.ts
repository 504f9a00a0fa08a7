import { attention, attentionBackward } from '../index.ts';
import type { Gpu } from '../index.ts';
import type { AttentionVariant } from '../kernels/attention/index.ts';
import { attentionBackwardReference, attentionReference } from '../kernels/attention/reference.ts';
import { readFloats, rounded, staleOutput, uploadFloats, uploadIndices } from './arrays.ts';
import type { FloatType } from './arrays.ts';
import { expectClose, unitRoundoff } from './expectClose.ts';
import { normalNumbers } from './numbers.ts';

/** Of the dropout. */
export const [seed, update] = [11, 4];
export const site = { probability: 0.2, site: 6 };

/** One call of attention and its backward. */
export interface AttentionCase {
  readonly lengths: readonly number[];
  readonly numHeads: number;
  readonly headSize: number;
  readonly variant: AttentionVariant;
  readonly type?: FloatType;
  readonly dropout?: boolean;
  /** Standard deviation of queries and keys. */
  readonly deviation?: number;
  readonly scale?: number;
  /** Queries, keys and values side by side in one array. */
  readonly qkv?: boolean;
  /** Position of each row in its sequence. Default: 0, 1, 2, … */
  readonly positions?: (row: number) => number;
}

/** The inputs of a case, as its reference takes them. */
export function prepareAttention({
  lengths,
  numHeads,
  headSize,
  type = 'f32',
  dropout,
  deviation = 1,
  scale,
  positions = (row) => row,
}: AttentionCase) {
  const cuSeqlens = Uint32Array.of(
    0,
    ...lengths.map((_, index) => lengths.slice(0, index + 1).reduce((sum, length) => sum + length, 0)),
  );
  const totalTokens = cuSeqlens.at(-1) as number;
  const size = totalTokens * numHeads * headSize;
  const matrix = (number: number, spread = 1) => rounded(normalNumbers(size, number, { deviation: spread }), type);
  const data = { query: matrix(1, deviation), key: matrix(2, deviation), value: matrix(3), gradOutput: matrix(4) };
  const tokenKeys = Uint32Array.from(
    lengths.flatMap((length, sequence) => Array.from({ length }, (_, row) => sequence * 65536 + positions(row))),
  );
  const reference = {
    ...data,
    cuSeqlens,
    numHeads,
    headSize,
    scale,
    dropout: dropout ? { ...site, seed, update, tokenKeys } : undefined,
  };
  return { ...reference, tokenKeys, totalTokens, size };
}

/** The rows of three matrices in turn: [rows, 3, width]. */
function sideBySide(matrices: readonly Float64Array[], width: number): Float64Array {
  const [first] = matrices as [Float64Array];
  return Float64Array.from({ length: 3 * first.length }, (_, index) => {
    const row = Math.floor(index / (3 * width));
    return matrices[Math.floor(index / width) % 3]![row * width + (index % width)]!;
  });
}

/** The three matrices of `sideBySide`. */
function apart(values: Float32Array, width: number): Float32Array[] {
  return [0, 1, 2].map((matrix) => values.filter((_, index) => Math.floor(index / width) % 3 === matrix));
}

export type AttentionResults = Record<'output' | 'logSumExp' | 'gradQuery' | 'gradKey' | 'gradValue', Float32Array>;

/** Records forward and backward. @returns their results, which the caller releases */
function record(gpu: Gpu, given: AttentionCase, data: ReturnType<typeof prepareAttention>) {
  const { lengths, numHeads, headSize, variant, type = 'f32', scale } = given;
  const { totalTokens, size } = data;
  return gpu.scope(() => {
    const state = gpu.upload(Uint32Array.of(seed, update, 0, 0), 'u32', 'state');
    const random = { state, tokenKeys: uploadIndices(gpu, data.tokenKeys, 'keys') };
    const shape = {
      cuSeqlens: uploadIndices(gpu, data.cuSeqlens, 'cuSeqlens'),
      totalTokens,
      numSequences: lengths.length,
      maxSeqlen: Math.max(0, ...lengths),
      numHeads,
      headSize,
      scale,
      dropout: given.dropout ? { ...site, random } : undefined,
      variant,
    };
    const upload = (name: 'query' | 'key' | 'value' | 'gradOutput') => uploadFloats(gpu, data[name], type, name);
    const width = numHeads * headSize;
    const inputs = given.qkv
      ? { qkv: uploadFloats(gpu, sideBySide([data.query, data.key, data.value], width), type, 'qkv') }
      : { query: upload('query'), key: upload('key'), value: upload('value') };
    const output = staleOutput(gpu, size, type, 'output');
    const logSumExp = staleOutput(gpu, totalTokens * numHeads, 'f32', 'logSumExp');
    attention(gpu, { ...inputs, output, logSumExp, ...shape });
    const gradients = given.qkv
      ? { gradQkv: staleOutput(gpu, 3 * size, type, 'gradQkv') }
      : {
          gradQuery: staleOutput(gpu, size, type, 'gradQuery'),
          gradKey: staleOutput(gpu, size, type, 'gradKey'),
          gradValue: staleOutput(gpu, size, type, 'gradValue'),
        };
    attentionBackward(gpu, { ...inputs, output, logSumExp, gradOutput: upload('gradOutput'), ...gradients, ...shape });
    const results = { output, logSumExp, ...gradients };
    for (const array of Object.values(results)) gpu.retain(array);
    return results;
  });
}

/** Runs forward and backward on the GPU. */
export async function runAttention(gpu: Gpu, given: AttentionCase): Promise<AttentionResults> {
  const { numHeads, headSize } = given;
  const data = prepareAttention(given);
  const { totalTokens, size } = data;
  const results: Record<string, Float32Array> = {};
  for (const [name, array] of Object.entries(record(gpu, given, data))) {
    const length = name === 'logSumExp' ? totalTokens * numHeads : name === 'gradQkv' ? 3 * size : size;
    results[name] = await readFloats(gpu, array, length);
    gpu.release(array);
  }
  const { gradQkv, ...rest } = results;
  if (!gradQkv) return rest as AttentionResults;
  const [gradQuery, gradKey, gradValue] = apart(gradQkv, numHeads * headSize) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  return { ...rest, gradQuery, gradKey, gradValue } as AttentionResults;
}

/** The largest absolute value. */
export const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * A score is a sum of headSize products: its rounding error, absolute, is that of its largest
 * terms, and becomes the relative error of a probability. Outputs are sums of probabilities (1 in
 * all) times values; every gradient sums at most the longest sequence's pairs.
 */
export function expectAttention(
  given: AttentionCase,
  results: AttentionResults,
  only: readonly (keyof AttentionResults)[] = ['output', 'logSumExp', 'gradQuery', 'gradKey', 'gradValue'],
) {
  const { type = 'f32', dropout, lengths } = given;
  const data = prepareAttention(given);
  const { query, key, value, gradOutput, headSize, scale = 1 / Math.sqrt(headSize) } = data;
  const forward = attentionReference(data);
  const backward = attentionBackwardReference(data);
  const longest = Math.max(1, ...lengths);
  const kept = dropout ? 1 / (1 - site.probability) : 1;
  const scoreSize = scale * Math.sqrt(headSize) * largest(query) * largest(key);
  const scoreRoundings = (4 + Math.sqrt(headSize)) * scoreSize + 4;
  const roundings = 2 * scoreRoundings + 2 * Math.sqrt(longest) + 4;
  const weighted = kept * largest(value);
  // The stored output, rounded to its type, enters delta.
  const deltaRoundings = (unitRoundoff[type] / unitRoundoff.f32) * Math.sqrt(headSize);
  const slope = scale * kept * largest(gradOutput) * Math.sqrt(headSize) * largest(value);
  const summed = Math.sqrt(longest);
  const bounds: Record<keyof AttentionResults, () => void> = {
    logSumExp: () =>
      expectClose(results.logSumExp, forward.logSumExp, { roundings: roundings + 4, magnitude: 1 }, 'logSumExp'),
    output: () => expectClose(results.output, forward.output, { type, roundings, magnitude: weighted }, 'output'),
    gradValue: () =>
      expectClose(
        results.gradValue,
        backward.gradValue,
        { type, roundings, magnitude: kept * largest(gradOutput) * summed },
        'gradValue',
      ),
    gradQuery: () =>
      expectClose(
        results.gradQuery,
        backward.gradQuery,
        { type, roundings: roundings + deltaRoundings, magnitude: slope * largest(key) },
        'gradQuery',
      ),
    gradKey: () =>
      expectClose(
        results.gradKey,
        backward.gradKey,
        { type, roundings: roundings + deltaRoundings, magnitude: slope * largest(query) * summed },
        'gradKey',
      ),
  };
  for (const name of only) bounds[name]();
}

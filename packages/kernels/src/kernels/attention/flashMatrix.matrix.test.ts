import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats, uploadIndices } from '../../testing/arrays.ts';
import { dumpSpirv } from '../../testing/dumpSpirv.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { addAttentionCandidates, attention, attentionBackward } from './index.ts';
import { attentionBackwardReference, attentionReference } from './reference.ts';

// Runs where the adapter has matrix units: see scripts/matrix-tests.mjs. A software driver takes a
// minute of a processor to compile the gradients.
const timeout = 900_000;

let gpu: Gpu;
beforeAll(async () => {
  addAttentionCandidates();
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

const [seed, update] = [11, 4];
const site = { probability: 0.2, site: 6 };
const numHeads = 2;

interface Case {
  readonly lengths: readonly number[];
  readonly headSize: number;
  readonly dropout: boolean;
}

function prepare({ lengths, headSize, dropout }: Case) {
  const cuSeqlens = Uint32Array.of(0, ...lengths.map((_, i) => lengths.slice(0, i + 1).reduce((sum, n) => sum + n, 0)));
  const totalTokens = cuSeqlens.at(-1) as number;
  const width = numHeads * headSize;
  const qkv = rounded(normalNumbers(3 * totalTokens * width, 1), 'f16');
  const column = (matrix: number) =>
    Float64Array.from({ length: totalTokens * width }, (_, index) => {
      const row = Math.floor(index / width);
      return qkv[(3 * row + matrix) * width + (index % width)] as number;
    });
  const tokenKeys = Uint32Array.from(
    lengths.flatMap((length, sequence) => Array.from({ length }, (_, row) => sequence * 65536 + row)),
  );
  const gradOutput = rounded(normalNumbers(totalTokens * width, 2), 'f16');
  const given = {
    query: column(0),
    key: column(1),
    value: column(2),
    cuSeqlens,
    numHeads,
    headSize,
    dropout: dropout ? { ...site, seed, update, tokenKeys } : undefined,
  };
  const expected = attentionReference(given);
  const gradients = attentionBackwardReference({ ...given, gradOutput });
  return { cuSeqlens, totalTokens, qkv, tokenKeys, gradOutput, expected, gradients, width };
}

/** Records the forward. */
function record(given: Case) {
  const prepared = prepare(given);
  const { cuSeqlens, totalTokens, qkv, tokenKeys } = prepared;
  const { lengths, headSize, dropout } = given;
  const size = totalTokens * numHeads * headSize;
  const output = staleOutput(gpu, size, 'f16', 'output');
  const logSumExp = staleOutput(gpu, totalTokens * numHeads, 'f32', 'logSumExp');
  const state = gpu.upload(Uint32Array.of(seed, update, 0, 0), 'u32', 'state');
  const options = {
    qkv: uploadFloats(gpu, qkv, 'f16', 'qkv'),
    output,
    logSumExp,
    cuSeqlens: uploadIndices(gpu, cuSeqlens, 'cuSeqlens'),
    totalTokens,
    numSequences: lengths.length,
    maxSeqlen: Math.max(...lengths),
    numHeads,
    headSize,
    dropout: dropout ? { ...site, random: { state, tokenKeys: uploadIndices(gpu, tokenKeys, 'keys') } } : undefined,
    variant: 'flashMatrix',
  } as const;
  attention(gpu, options);
  const gradQkv = staleOutput(gpu, 3 * size, 'f16', 'gradQkv');
  const gradOutput = uploadFloats(gpu, prepared.gradOutput, 'f16', 'gradOutput');
  attentionBackward(gpu, { ...options, gradOutput, gradQkv });
  return { ...prepared, output, logSumExp, gradQkv, size };
}

async function check(given: Case) {
  const { totalTokens, expected, gradients, output, logSumExp, gradQkv, size, width } = record(given);
  const actual = await readFloats(gpu, output, size);
  const logarithms = await readFloats(gpu, logSumExp, totalTokens * numHeads);
  const actualGradients = await readFloats(gpu, gradQkv, 3 * size);
  const largest = (values: ArrayLike<number>, others?: ArrayLike<number>) =>
    Array.from(values).reduce((most, value, index) => Math.max(most, Math.abs(value - (others?.[index] ?? 0))), 0);
  expect(largest(logarithms, expected.logSumExp)).toBeLessThan(1e-4);
  // Probabilities and results are rounded to f16; values are at most 5.
  expect(largest(actual, expected.output)).toBeLessThan(5 * 1.25 * 2 ** -10);
  const { gradQuery, gradKey, gradValue } = gradients;
  for (const [matrix, gradient] of [gradQuery, gradKey, gradValue].entries()) {
    const own = actualGradients.filter((_, index) => Math.floor(index / width) % 3 === matrix);
    expect(largest(own, gradient)).toBeLessThan(largest(gradient) * 2 ** -9);
  }
}

describe('attention by flashMatrix', { timeout }, () => {
  it('equals the reference over sequences of one block of keys, with dropout', async () => {
    await check({ lengths: [1, 0, 17, 64], headSize: 64, dropout: true });
  });

  it('equals the reference over several blocks, and heads that fill no eights', async () => {
    await check({ lengths: [65, 130, 3], headSize: 52, dropout: true });
  });

  it('loads fragments at places and strides as they were written', () => {
    const programs: string[] = [];
    const { dispatch, profile } = gpu;
    // As a card has it.
    Object.assign(gpu, { profile: { ...profile, software: false } });
    gpu.dispatch = ({ program }) => void programs.push(program.source());
    try {
      record({ lengths: [64], headSize: 64, dropout: true });
    } finally {
      Object.assign(gpu, { dispatch, profile });
    }
    expect(programs).toHaveLength(2);
    for (const program of programs) {
      const spirv = dumpSpirv(program);
      const count = (pattern: RegExp) => spirv.match(pattern)?.length ?? 0;
      expect(count(/OpCooperativeMatrixMulAddKHR/g)).toBeGreaterThan(50);
      expect(count(/OpCooperativeMatrixLoadKHR/g)).toBeGreaterThan(50);
      expect(count(/OpCooperativeMatrixLoadKHR %\w+ %\w+ %uint_[01] %uint_\d+ /g)).toBe(
        count(/OpCooperativeMatrixLoadKHR/g),
      );
      // What a place that is not proven, or a matrix in an array, would need.
      expect(count(/OpIAddCarry/g)).toBe(0);
      expect(count(/OpVariable %_ptr_Function__arr/g)).toBe(0);
    }
  });
});

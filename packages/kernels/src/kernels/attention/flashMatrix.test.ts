import { beforeAll, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { staleOutput } from '../../testing/arrays.ts';
import { compileOnNull, messagesOnNull } from '../../testing/compileOnNull.ts';
import { candidates } from './candidates.ts';
import { matrixBytes } from './flashMatrix.ts';
import { matrixBackwardBytes } from './flashMatrixBackward.ts';
import { addAttentionCandidates, attention, attentionBackward } from './index.ts';

beforeAll(addAttentionCandidates);

/** The null backend as a card with matrix units and 48 KiB of workgroup memory. */
function asCard(gpu: Gpu, sizes: { m: number; n: number; k: number }, lanes: number): void {
  const config = { componentType: 'f16', resultComponentType: 'f32', ...sizes };
  const limits = { ...gpu.info.limits, maxComputeWorkgroupStorageSize: 49152 };
  const given = { software: false, f16: true, f16Storage: 'native', subgroups: true, subgroupSize: lanes } as const;
  Object.assign(gpu, {
    profile: { ...gpu.profile, ...given, subgroupMatrix: [config] },
    info: { ...gpu.info, limits },
  });
}

/** The forward of one sequence of 64 tokens. */
function forward(gpu: Gpu, headSize: number, dropout: boolean) {
  const size = 64 * headSize;
  const random = {
    state: gpu.upload(new Uint32Array(4), 'u32', 'state'),
    tokenKeys: gpu.upload(new Uint32Array(64), 'u32', 'keys'),
  };
  return {
    qkv: staleOutput(gpu, 3 * size, 'f16', 'qkv'),
    output: staleOutput(gpu, size, 'f16', 'output'),
    logSumExp: staleOutput(gpu, 64, 'f32', 'logSumExp'),
    cuSeqlens: gpu.upload(Uint32Array.of(0, 64), 'u32', 'cuSeqlens'),
    totalTokens: 64,
    numSequences: 1,
    maxSeqlen: 64,
    numHeads: 1,
    headSize,
    dropout: dropout ? { probability: 0.1, site: 1, random } : undefined,
    variant: 'flashMatrix',
  } as const;
}

/** Forward and, where it is of matrix units, backward. */
function record(gpu: Gpu, headSize: number): void {
  for (const dropout of [true, false]) {
    const given = forward(gpu, headSize, dropout);
    attention(gpu, given);
    if (headSize > 64) continue;
    const gradQkv = staleOutput(gpu, 3 * 64 * headSize, 'f16', 'gradQkv');
    attentionBackward(gpu, { ...given, gradOutput: given.output, gradQkv });
  }
}

it('flashMatrix compiles for the fragments of cards', async () => {
  const gpu = await openDevice({ backend: 'null' });
  const programs: string[] = [];
  gpu.dispatch = ({ program }) => void programs.push(program.source());
  for (const [m, n, k] of [
    [16, 16, 16],
    [16, 8, 16],
    [8, 8, 8],
  ] as const) {
    asCard(gpu, { m, n, k }, 32);
    for (const headSize of [32, 64, 100, 128]) record(gpu, headSize);
  }
  expect(programs).toHaveLength(24 + 12);
  gpu.destroy();
  // The null backend refuses pipelines of more than 16 KiB.
  expect(await messagesOnNull(programs)).toEqual([]);
});

it.each([true, false])('flashMatrix makes pipelines, robustness %s', (robustness) =>
  compileOnNull(
    (gpu) => {
      asCard(gpu, { m: 8, n: 8, k: 8 }, 32);
      for (const dropout of [true, false]) attention(gpu, forward(gpu, 32, dropout));
    },
    { robustness },
  ),
);

it('says what flashMatrix needs, and keeps to the workgroup memory of cards', async () => {
  const gpu = await openDevice({ backend: 'null' });
  const needs = /variant flashMatrix takes a headSize that is a multiple of 4 and at most 128, and matrix units/;
  expect(() => attention(gpu, forward(gpu, 64, false))).toThrow(needs);
  candidates.clear();
  expect(() => attention(gpu, forward(gpu, 64, false))).toThrow(/call addAttentionCandidates\(\) first/);
  addAttentionCandidates();
  asCard(gpu, { m: 16, n: 16, k: 16 }, 32);
  for (const headSize of [30, 132]) expect(() => attention(gpu, forward(gpu, headSize, false))).toThrow(needs);
  gpu.destroy();
  const bytes = ([32, 64, 128] as const).map((channels) => matrixBytes({ m: 16, lanes: 32, channels }));
  expect(bytes).toEqual([22016, 28160, 48640]);
  const backward = ([32, 64] as const).map((channels) => matrixBackwardBytes({ m: 16, lanes: 32, channels }));
  expect(backward).toEqual([33792, 46080]);
});

import { loadWebGpu } from '#platform';
import { expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { staleOutput } from '../../testing/arrays.ts';
import { matrixBytes } from './flashMatrix.ts';
import { attention } from './index.ts';
import type { AttentionOptions } from './options.ts';

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
function forward(gpu: Gpu, headSize: number, dropout: boolean): AttentionOptions {
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
  };
}

it.each([true, false])('flashMatrix compiles for the fragments of cards, robustness %s', async (robustness) => {
  const gpu = await openDevice({ backend: 'null', robustness });
  const programs: string[] = [];
  gpu.dispatch = ({ program }) => void programs.push(program.source());
  for (const [m, n, k, lanes] of [
    [16, 16, 16, 32],
    [16, 8, 16, 32],
    [8, 8, 8, 32],
  ] as const) {
    asCard(gpu, { m, n, k }, lanes);
    for (const headSize of [32, 64, 100, 128])
      for (const dropout of [true, false]) attention(gpu, forward(gpu, headSize, dropout));
  }
  expect(programs).toHaveLength(24);
  gpu.destroy();
  // Modules, as the null backend refuses pipelines of more than 16 KiB.
  const webgpu = await loadWebGpu({ backend: 'null', robustness });
  const adapter = await webgpu?.requestAdapter();
  const features = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'] as const;
  const device = await adapter?.requestDevice({ requiredFeatures: features as never });
  if (!device) throw new Error('Dawn has no null backend here');
  device.pushErrorScope('validation');
  for (const code of programs) {
    const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
    expect(messages.map(({ message, lineNum }) => `line ${lineNum}: ${message}`)).toEqual([]);
  }
  expect(await device.popErrorScope()).toBeNull();
  device.destroy();
});

it('says what flashMatrix needs, and keeps to the workgroup memory of cards', async () => {
  const gpu = await openDevice({ backend: 'null' });
  const needs = /variant flashMatrix takes a headSize that is a multiple of 4 and at most 128, and matrix units/;
  expect(() => attention(gpu, forward(gpu, 64, false))).toThrow(needs);
  asCard(gpu, { m: 16, n: 16, k: 16 }, 32);
  for (const headSize of [30, 132]) expect(() => attention(gpu, forward(gpu, headSize, false))).toThrow(needs);
  gpu.destroy();
  const bytes = ([32, 64, 128] as const).map((channels) => matrixBytes({ m: 16, lanes: 32, channels }));
  expect(bytes).toEqual([22016, 28160, 48640]);
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { gemm, loadVariants, openDevice } from '../../index.ts';
import type { Gpu, GpuArray } from '../../index.ts';
import { checkGemm } from '../../testing/checkGemm.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { fittingVariants } from './variants.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
  await loadVariants();
});
afterAll(() => gpu.destroy());

it('chooses no matrix units whose workgroup is larger than the device takes', () =>
  compileOnNull((nullGpu) => {
    const config = { componentType: 'f16', resultComponentType: 'f32', m: 16, n: 16, k: 16 };
    const given = { software: false, f16: true, subgroups: true, subgroupMatrix: [config] };
    const withSubgroups = (subgroupSize: number, limits: object) => {
      Object.assign(nullGpu, { profile: { ...nullGpu.profile, ...given, subgroupSize } });
      Object.assign(nullGpu, { info: { ...nullGpu.info, limits: { ...nullGpu.info.limits, ...limits } } });
      return fittingVariants(nullGpu, true)[0];
    };
    const defaults = { maxComputeInvocationsPerWorkgroup: 256, maxComputeWorkgroupSizeX: 256 };
    expect(withSubgroups(64, defaults)).toBe('subgroupMatrix');
    expect(withSubgroups(128, defaults)).toBe('portable');
    expect(withSubgroups(32, { ...defaults, maxComputeWorkgroupStorageSize: 8192 })).toBe('portable');
  }));

it('chooses a variant by itself', async () => {
  for (const layout of ['NN', 'NT', 'TN'] as const) await checkGemm(gpu, { shape: [65, 36, 64], layout });
  await checkGemm(gpu, { shape: [16, 8, 4096], layout: 'TN', accumulate: true });
});

it('shares programs between shapes', async () => {
  // On GPUs each shape may take another tile.
  const same = { layout: 'NN', variant: 'portable', tile: 'medium', splits: 1 } as const;
  await checkGemm(gpu, { shape: [64, 64, 64], ...same });
  const { pipelines } = gpu.statistics;
  for (const shape of [
    [68, 72, 4],
    [512, 128, 20],
  ] as const)
    await checkGemm(gpu, { shape, ...same });
  expect(gpu.statistics.pipelines).toBe(pipelines);
});

it('refuses the subgroup variant on a device without subgroups', async () => {
  const plain = await openDevice({ withoutFeatures: ['subgroups'] });
  try {
    const [a, b, output] = ['a', 'b', 'output'].map((label) => plain.allocate('f32', 16, label)) as [
      GpuArray,
      GpuArray,
      GpuArray,
    ];
    const options = { a, b, output, m: 4, n: 4, k: 4, layout: 'NN' } as const;
    expect(() => gemm(plain, { ...options, variant: 'subgroup' })).toThrow(/subgroup/);
    gemm(plain, options);
    await plain.idle();
  } finally {
    plain.destroy();
  }
});

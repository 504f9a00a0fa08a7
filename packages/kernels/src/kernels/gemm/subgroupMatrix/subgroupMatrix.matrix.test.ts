import { afterAll, beforeAll, describe, it } from 'vitest';
import { loadVariants, openDevice } from '../../../index.ts';
import type { Gpu } from '../../../index.ts';
import { checkGemm, emptyShapes, gemmShapes } from '../../../testing/checkGemm.ts';
import { matrixConfigOf } from './config.ts';

// Runs where the adapter has matrix units: see scripts/matrix-tests.mjs.
let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
  await loadVariants();
  if (!matrixConfigOf(gpu.profile)) throw new Error('this adapter multiplies no matrices of f16 with sums in f32');
});
afterAll(() => gpu.destroy());

const layouts = ['NN', 'NT', 'TN'] as const;
const variant = 'subgroupMatrix';

describe.each(layouts)('gemm by subgroupMatrix, %s', (layout) => {
  it('equals the reference for every shape', async () => {
    for (const shape of gemmShapes) await checkGemm(gpu, { shape, layout, variant, type: 'f16', outputType: 'f32' });
  });
  it('equals the reference for shapes of many tiles', async () => {
    for (const shape of [
      [200, 136, 72],
      [257, 130, 33],
      [1032, 1020, 8],
    ] as const)
      await checkGemm(gpu, { shape, layout, variant, type: 'f16', outputType: 'f32' });
  });
  it('gives zero or the bias without products, and nothing without results', async () => {
    for (const shape of emptyShapes) await checkGemm(gpu, { shape, layout, variant, type: 'f16', withBias: true });
  });
  it('scales, adds, sums in parts, multiplies batches', async () => {
    for (const [m, n, k] of [
      [20, 36, 12],
      [17, 63, 3],
    ] as const) {
      const common = { layout, variant, type: 'f16' } as const;
      await checkGemm(gpu, {
        ...common,
        shape: [m, n, k],
        alpha: -0.125,
        accumulate: true,
        withBias: true,
        outputType: 'f32',
      });
      await checkGemm(gpu, { ...common, shape: [m, n, 300], splits: 3 });
      const batch = { count: 3, strideA: m * k, strideB: k * n, strideOutput: m * n };
      await checkGemm(gpu, { ...common, shape: [m, n, k], batch });
    }
  });
  it.runIf(layout === 'TN')('sums the columns of a', async () => {
    const common = { layout, variant, type: 'f16', outputType: 'f32', withColumnSums: 'added' } as const;
    for (const shape of gemmShapes) await checkGemm(gpu, { ...common, shape });
    for (const splits of [1, 3]) await checkGemm(gpu, { ...common, shape: [200, 136, 300], splits });
  });
  it('applies GELU and keeps what was before it', async () => {
    await checkGemm(gpu, {
      shape: [68, 36, 12],
      layout,
      variant,
      type: 'f16',
      withBias: true,
      activation: 'gelu',
      keepPreActivation: true,
    });
  });
});

import { afterAll, describe, expect, it } from 'vitest';
import { gemm, loadVariants, openDevice } from '../../../index.ts';
import { readFloats, staleOutput, uploadFloats } from '../../../testing/arrays.ts';
import { checkGemm, gemmShapes } from '../../../testing/checkGemm.ts';
import { normalNumbers } from '../../../testing/numbers.ts';

const gpu = await openDevice();
await loadVariants();
afterAll(() => gpu.destroy());

const layouts = ['NN', 'NT', 'TN'] as const;
const tiles = ['medium', 'large'] as const;

// Not where subgroups have several sizes, or there are none.
describe.runIf(gpu.profile.subgroupSize > 0).each(tiles)('gemm by subgroup of packed operands, %s tile', (tile) => {
  it.each(layouts)('%s equals the reference, in parts, with an epilogue and in f16', async (layout) => {
    const tested = { layout, variant: 'subgroup', tile, packing: true } as const;
    for (const shape of gemmShapes) if (shape[2] % 4 === 0) await checkGemm(gpu, { shape, ...tested });
    await checkGemm(gpu, { shape: [289, 71, 12], ...tested });
    await checkGemm(gpu, { shape: [17, 65, 132], splits: 3, alpha: 2, accumulate: true, ...tested });
    await checkGemm(gpu, {
      shape: [20, 36, 12],
      withBias: true,
      activation: 'gelu',
      keepPreActivation: true,
      ...tested,
    });
    for (const shape of [
      [20, 36, 12],
      [19, 63, 8],
    ] as const)
      await checkGemm(gpu, { shape, type: 'f16', outputType: shape[0] === 19 ? 'f16' : 'f32', ...tested });
  });

  it('packs by itself where it pays, with the same bits as without', async () => {
    using mesa26 = await openDevice();
    Object.assign(mesa26, { profile: { ...mesa26.profile, mesaVersion: 26 } });
    for (const layout of layouts) {
      const [m, n, k] = layout === 'NT' ? [516, 132, 8] : [516, 132, 3072];
      const [a, b] = [
        uploadFloats(mesa26, normalNumbers(m * k, 1), 'f32', 'a'),
        uploadFloats(mesa26, normalNumbers(k * n, 2), 'f32', 'b'),
      ];
      const results: Float32Array[] = [];
      for (const packing of [undefined, false]) {
        const output = staleOutput(mesa26, m * n, 'f32', 'output');
        const { dispatches } = mesa26.statistics;
        gemm(mesa26, { a, b, output, m, n, k, layout, variant: 'subgroup', tile, packing, splits: 1 });
        expect(mesa26.statistics.dispatches - dispatches).toBe(packing === false ? 1 : layout === 'TN' ? 3 : 2);
        results.push(await readFloats(mesa26, output, m * n));
        mesa26.release(output);
      }
      expect(results[1]).toEqual(results[0]);
      for (const array of [a, b]) mesa26.release(array);
    }
  });
});

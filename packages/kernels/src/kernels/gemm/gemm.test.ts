import { afterAll, describe, expect, it } from 'vitest';
import { gemm, loadVariants, openDevice } from '../../index.ts';
import type { GpuArray } from '../../index.ts';
import { readFloats, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import type { GemmLayout, GemmOptions, GemmVariant } from './index.ts';
import { checkGemm, emptyShapes, gemmShapes } from '../../testing/checkGemm.ts';
import type { GemmCase } from '../../testing/checkGemm.ts';

const gpu = await openDevice();
await loadVariants();
afterAll(() => gpu.destroy());

const layouts = ['NN', 'NT', 'TN'] as const satisfies readonly GemmLayout[];
const variants = ['portable', 'register', 'subgroup'] as const satisfies readonly GemmVariant[];
/** Subgroups of AMD's and Intel's cards have several sizes; other adapters may have none at all. */
const runs = (variant: GemmVariant) => variant !== 'subgroup' || gpu.profile.subgroupSize > 0;

const check = (options: GemmCase) => checkGemm(gpu, options);

const batch = (m: number, n: number, k: number, gap: number) => ({
  count: 3,
  strideA: m * k + gap,
  strideB: k * n + gap,
  strideOutput: m * n + gap,
});

describe.each(
  (
    [
      ['portable', 'medium'],
      ['portable', 'large'],
      ['subgroup', 'large'],
    ] as const
  ).filter(([variant]) => runs(variant)),
)('gemm by %s, %s tile', (variant, tile) => {
  it.each(layouts)('%s equals the reference for every shape, in parts and with an epilogue', async (layout) => {
    const tested = { layout, variant, tile };
    for (const shape of [...gemmShapes, ...emptyShapes]) await check({ shape, ...tested });
    await check({ shape: [132, 140, 20], ...tested });
    await check({ shape: [17, 65, 129], splits: 3, alpha: 2, accumulate: true, ...tested });
    await check({ shape: [20, 36, 12], withBias: true, activation: 'gelu', keepPreActivation: true, ...tested });
    await check({ shape: [20, 132, 12], type: 'f16', batch: batch(20, 132, 12, 0), ...tested });
  });
});

describe.each(
  (
    [
      ['portable', 'small'],
      ['portable', 'medium'],
      ['portable', 'large'],
      ['subgroup', 'medium'],
      ['register', 'small'],
    ] as const
  ).filter(([variant]) => runs(variant)),
)('gemm by %s, %s tile, with the sums of the columns of a', (variant, tile) => {
  it('sums them for every shape, in parts and in f16', async () => {
    const tested = { layout: 'TN', variant, tile, withColumnSums: 'replaced' } as const;
    for (const shape of [...gemmShapes, ...emptyShapes]) await check({ shape, ...tested });
    await check({ shape: [132, 140, 20], ...tested, withColumnSums: 'added' });
    await check({ shape: [17, 65, 129], splits: 3, ...tested, withColumnSums: 'added', accumulate: true });
    await check({ shape: [260, 4, 100], splits: 2, ...tested });
    for (const m of [20, 17]) await check({ shape: [m, 36, 130], type: 'f16', outputType: 'f32', ...tested });
  });
});

it('sums the columns of a in as many dispatches as the product takes, on GPUs', async () => {
  const dispatchesOf = (given: Partial<GemmOptions>) => {
    const { dispatches } = gpu.statistics;
    gpu.scope(() => {
      const [a, b, output, sums] = ['a', 'b', 'output', 'sums'].map((label) => gpu.allocate('f32', 4096, label)) as [
        GpuArray,
        GpuArray,
        GpuArray,
        GpuArray,
      ];
      gemm(gpu, { a, b, output, m: 64, n: 64, k: 64, layout: 'TN', columnSums: { output: sums }, ...given });
    });
    return gpu.statistics.dispatches - dispatches;
  };
  expect(dispatchesOf({ variant: 'portable', splits: 1 })).toBe(1);
  expect(dispatchesOf({ variant: 'portable', splits: 2 })).toBe(2);
  expect(dispatchesOf({ variant: 'register', splits: 1 })).toBeGreaterThan(1);
  await gpu.idle();
});

describe.each(variants.filter(runs))('gemm by %s', (variant) => {
  describe.each(layouts)('%s', (layout) => {
    it('equals the reference for every shape', async () => {
      for (const shape of gemmShapes) await check({ shape, layout, variant });
      // More rows of tiles than are done together, and not a multiple of them.
      await check({ shape: [289, 70, 12], layout, variant });
    });
    it('gives zero or the bias without products, and nothing without results', async () => {
      for (const shape of emptyShapes) {
        await check({ shape, layout, variant });
        await check({ shape, layout, variant, withBias: true });
      }
    });
    it('multiplies batches, aligned and not', async () => {
      for (const [m, n, k] of [
        [20, 36, 12],
        [17, 5, 3],
      ] as const)
        await check({ shape: [m, n, k], layout, variant, batch: batch(m, n, k, 0) });
      await check({ shape: [8, 12, 4], layout, variant, batch: batch(8, 12, 4, 3) });
    });
    it('scales, adds the bias, and adds to what is there', async () => {
      for (const shape of [
        [20, 36, 12],
        [17, 63, 3],
      ] as const) {
        await check({ shape, layout, variant, alpha: -0.125, accumulate: true, withBias: true });
      }
    });
    it('takes f16', async () => {
      for (const shape of [
        [20, 36, 12],
        [17, 63, 3],
      ] as const) {
        await check({ shape, layout, variant, type: 'f16', outputType: shape[0] === 17 ? 'f16' : 'f32' });
      }
    });
    it('keeps large and small magnitudes', async () => {
      for (const [magnitudeA, magnitudeB] of [
        [1e18, 1e-18],
        [1e18, 1e18],
        [1e-18, 1e-18],
      ] as const) {
        await check({ shape: [20, 36, 12], layout, variant, magnitudeA, magnitudeB });
        await check({ shape: [17, 63, 3], layout, variant, magnitudeA, magnitudeB });
      }
    });
    it('sums in parts', async () => {
      for (const shape of [
        [20, 36, 300],
        [17, 5, 129],
        [3, 3, 5],
      ] as const) {
        await check({ shape, layout, variant, splits: 3, alpha: 2, accumulate: true });
      }
    });
  });

  it('applies GELU and keeps what was before it', async () => {
    for (const shape of [
      [20, 36, 12],
      [17, 63, 3],
    ] as const) {
      await check({ shape, layout: 'NT', variant, withBias: true, activation: 'gelu', keepPreActivation: true });
      await check({ shape, layout: 'NT', variant, activation: 'gelu', type: shape[0] === 17 ? 'f16' : 'f32' });
      await check({ shape, layout: 'NT', variant, activation: 'gelu', keepPreActivation: true, splits: 2 });
    }
  });

  it('multiplies by the derivative of GELU', async () => {
    const tested = { layout: 'NN', variant, activation: 'geluBackward' } as const;
    for (const shape of [
      [20, 36, 12],
      [17, 63, 3],
    ] as const) {
      await check({ shape, ...tested });
      await check({ shape, ...tested, accumulate: true, type: 'f16', outputType: shape[0] === 17 ? 'f16' : 'f32' });
      await check({ shape, ...tested, accumulate: true, splits: 2 });
    }
  });

  it('puts GELU in the place of what its derivative was taken at', async () => {
    const tested = { layout: 'NN', variant, activation: 'geluBackward', replacesPreActivation: true } as const;
    await check({ shape: [20, 36, 12], ...tested, type: 'f16' });
    await check({ shape: [20, 36, 12], ...tested, splits: 2 });
    await check({ shape: [17, 63, 3], ...tested, type: 'f16' });
  });

  it('compiles', () =>
    compileOnNull((nullGpu) => {
      // The null backend has no size of subgroups of its own.
      Object.assign(nullGpu, { profile: { ...nullGpu.profile, subgroupSize: 8 } });
      for (const layout of layouts) {
        for (const type of ['f32', 'f16'] as const) {
          for (const size of [3, 4, 64]) {
            nullGpu.scope(() => {
              const [a, b, bias] = [type, type, 'f32' as const].map((element) =>
                nullGpu.allocate(element, size * size, element),
              ) as [GpuArray, GpuArray, GpuArray];
              const [output, preActivation] = ['output', 'preActivation'].map((label) =>
                nullGpu.allocate(type, size * size, label),
              ) as [GpuArray, GpuArray];
              const common = { a, b, output, m: size, n: size, k: size, layout, variant };
              gemm(nullGpu, common);
              gemm(nullGpu, { ...common, accumulate: true, splits: 2 });
              if (layout === 'TN' && type === 'f32')
                gemm(nullGpu, { ...common, columnSums: { output: preActivation } });
              if (variant === 'subgroup' && size % 4 === 0) gemm(nullGpu, { ...common, packing: true });
              gemm(nullGpu, { ...common, bias, activation: 'gelu', preActivation });
              gemm(nullGpu, { ...common, activation: 'geluBackward', preActivation });
              gemm(nullGpu, { ...common, activation: 'geluBackward', preActivation, replacesPreActivation: true });
            });
          }
        }
      }
    }));
});

it('is the same to the bit in every run', async () => {
  const a = uploadFloats(gpu, normalNumbers(4096 * 4, 1), 'f32', 'a');
  const b = uploadFloats(gpu, normalNumbers(4096 * 4, 2), 'f32', 'b');
  const results: Float32Array[] = [];
  for (let run = 0; run < 3; run++) {
    const output = staleOutput(gpu, 16, 'f32', 'output');
    gemm(gpu, { a, b, output, m: 4, n: 4, k: 4096, layout: 'TN' });
    results.push(await readFloats(gpu, output, 16));
    gpu.release(output);
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
  gpu.release(a);
  gpu.release(b);
});

it('takes more rows than one dimension has workgroups', async () => {
  const m = 2 ** 20 + 3;
  const a = gpu.upload(
    Float32Array.from({ length: m }, (_, row) => row % 1000),
    'f32',
    'a',
  );
  const b = gpu.upload(Float32Array.of(2), 'f32', 'b');
  const output = gpu.allocate('f32', m, 'output');
  gemm(gpu, { a, b, output, m, n: 1, k: 1, layout: 'NN' });
  const values = await readFloats(gpu, output, m);
  expect(values.every((value, row) => value === 2 * (row % 1000))).toBe(true);
  for (const array of [a, b, output]) gpu.release(array);
});

describe('gemm refuses', () => {
  const refuses = (
    what: string,
    change: (arrays: { small: GpuArray; integers: GpuArray; a: GpuArray }) => Partial<GemmOptions>,
    message: RegExp,
  ) =>
    it(what, () => {
      gpu.scope(() => {
        const [a, b, output] = ['a', 'b', 'output'].map((label) => gpu.allocate('f32', 16, label)) as [
          GpuArray,
          GpuArray,
          GpuArray,
        ];
        const changed = change({
          small: gpu.allocate('f32', 3, 'small'),
          integers: gpu.allocate('u32', 16, 'integers'),
          a,
        });
        expect(() => gemm(gpu, { a, b, output, m: 4, n: 4, k: 4, layout: 'NN', ...changed })).toThrow(message);
      });
    });
  refuses(
    'arrays that are too short',
    ({ small }) => ({ b: small }),
    /gemm: b \(small\) has 3 elements; \[k 4, n 4\] needs 16/,
  );
  refuses('a short bias', ({ small }) => ({ bias: small }), /gemm: bias \(small\) has 3 elements/);
  refuses('other types', ({ integers }) => ({ a: integers }), /gemm: a \(integers\) holds u32/);
  refuses('an output that is read', ({ a }) => ({ output: a }), /shares memory/);
  refuses(
    'sizes that are not sizes',
    () => ({ m: 1.5 }),
    /gemm: m must be a whole number from 0 to 4294967295; got 1.5/,
  );
  refuses('accumulating activations', () => ({ accumulate: true, activation: 'gelu' as const }), /accumulate/);
  refuses('a preActivation without activation', ({ small }) => ({ preActivation: small }), /preActivation/);
  refuses('packing of an inner dimension that is not of fours', () => ({ k: 3, packing: true }), /packing/);
  refuses(
    'packing for variants that cannot read it',
    () => ({ variant: 'register' as const, packing: true }),
    /packing/,
  );
  refuses(
    'batches beyond the arrays',
    () => ({ batch: { count: 2, strideA: 16, strideB: 0, strideOutput: 0 } }),
    /gemm: a \(a\) has 16 elements/,
  );
  refuses(
    'batches whose results overlap',
    () => ({ m: 1, batch: { count: 2, strideA: 4, strideB: 0, strideOutput: 3 } }),
    /strideOutput/,
  );
});

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadVariants, openDevice, tuneKernels } from '../index.ts';
import { planGemm } from '../kernels/gemm/variants.ts';
import { compileOnNull } from '../testing/compileOnNull.ts';
import { checkGemm } from '../testing/checkGemm.ts';
import { adapterClassOf } from '../kernels/gemm/choice/adapterClass.ts';
import { gemmClassKey } from '../kernels/gemm/choice/productClasses.ts';
import { gemmClasses } from './measureGemm.ts';

let folder: string;
const { XDG_CACHE_HOME } = process.env;
beforeAll(async () => {
  process.env.XDG_CACHE_HOME = folder = await mkdtemp(join(tmpdir(), 'attune-tuning-'));
});
afterAll(async () => {
  if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
  await rm(folder, { recursive: true });
});

it('measures once, keeps the table for this adapter, and gives right products', async () => {
  using gpu = await openDevice();
  const classes = gemmClasses(gpu).length;
  const budget = 1;
  const live = gpu.memory.liveBytes;
  const printed: string[] = [];
  const print = (table: string) => printed.push(table);
  await tuneKernels(gpu, { budget: 0, print });
  expect(gpu.tuned.size).toBe(0);

  // A table of nothing was not kept.
  const progress: number[] = [];
  await tuneKernels(gpu, { budget, print, onProgress: (done, total) => progress.push(done / total) });
  expect(progress).toHaveLength(classes);
  expect(progress.at(-1)).toBe(1);
  expect(gpu.tuned.size).toBeGreaterThan(0);
  expect(gpu.tuned.size).toBeLessThanOrEqual(classes);
  expect(gpu.memory.liveBytes).toBe(live);
  for (const layout of ['NN', 'NT', 'TN'] as const) {
    await checkGemm(gpu, { shape: [65, 129, 17], layout });
    await checkGemm(gpu, { shape: [65, 129, 17], layout, type: 'f16', outputType: 'f32' });
  }

  using again = await openDevice();
  await tuneKernels(again, { print });
  expect([...again.tuned]).toEqual([...gpu.tuned]);
  await tuneKernels(again, { onProgress: () => expect.unreachable('measured although there is a table') });
  // What is printed is the table as the source has it.
  const [empty, table, kept] = printed;
  expect(empty).toMatch(/choices: \{\n {4}\},\n {2}\},$/);
  expect(kept).toBe(table);
  const adapterClass = adapterClassOf(gpu.info);
  const pasted: unknown = new Function(`return [${table}]`)();
  expect(pasted).toEqual([{ adapterClass, without: [], choices: Object.fromEntries(gpu.tuned) }]);

  const [file] = await readdir(join(folder, 'attune', 'tuning'));
  for (const wrong of ['{"variant":"wrong","tile":"small"}', '{"variant":"portable","tile":"small","splits":0}']) {
    await writeFile(join(folder, 'attune', 'tuning', file as string), `{"NN f32 128 x 128 x 128":${wrong}}`);
    let measured = 0;
    await tuneKernels(again, { budget: 0, onProgress: () => (measured += 1) });
    expect(measured).toBe(classes);
  }
});

it('measures the products of models, of both types, and few on a software adapter', async () => {
  using gpu = await openDevice();
  const largest = (of: 'm' | 'n' | 'k') => Math.max(...gemmClasses(gpu).map((one) => one[of]));
  for (const { m, n, k } of gemmClasses(gpu))
    if (gpu.profile.software) expect(m * n * k).toBeLessThanOrEqual(512 * 768 * 768);
  Object.assign(gpu, { profile: { ...gpu.profile, software: false } });
  expect([largest('m'), largest('n'), largest('k')]).toEqual([4096, 3072, 4096]);
  const keys = gemmClasses(gpu).map(gemmClassKey);
  expect(new Set(keys).size).toBe(keys.length);
  // Every product of a BERT-base with 8 x 128 tokens has a class that is measured.
  for (const [layout, m, n, k] of [
    ['NT', 1024, 2304, 768],
    ['NN', 1024, 768, 2304],
    ['NT', 1001, 3072, 768],
    ['TN', 2304, 768, 1001],
  ] as const)
    for (const half of [false, true]) expect(keys).toContain(gemmClassKey({ layout, half, m, n, k }));
});

it('tries what GPUs can run, within their limits', () =>
  compileOnNull(async (nullGpu) => {
    await tuneKernels(nullGpu, { budget: 0.5 });
    expect(nullGpu.tuned.size).toBeGreaterThan(0);
    expect(nullGpu.memory.cachedBytes).toBe(0);
    for (const { variant, splits } of nullGpu.tuned.values()) {
      expect(['portable', 'outerProduct']).toContain(variant);
      expect(splits).toBeGreaterThan(0);
    }
  }));

it('is followed by gemm, but not against its caller nor to a variant that is wrong here', async () => {
  using gpu = await openDevice();
  await loadVariants();
  const [a, b] = [gpu.allocate('f32', 64, 'a'), gpu.allocate('f32', 64, 'b')];
  const product = { a, b, m: 8, n: 8, k: 8, layout: 'NN' } as const;
  const planned = (changed: object = {}) => {
    const { variant, tile } = planGemm(gpu, { ...product, ...changed });
    return `${variant} ${tile.rows}`;
  };
  const usual = planned();
  gpu.tuned = new Map([['NN f32 128 x 128 x 128', { variant: 'portable', tile: 'large' }]]);
  expect(planned()).toBe('portable 128');
  expect(planned({ layout: 'NT' })).toBe(usual);
  expect(planned({ variant: 'register' })).toBe('register 32');
  expect(planned({ m: 129 })).toBe(planned({ m: 129, layout: 'NT' }));
  gpu.disabledVariants.add('gemm portable');
  const without = planned();
  expect(without).not.toBe('portable 128');
  gpu.tuned = new Map();
  expect(without).toBe(planned());
});

it('opens a device without checks of indices, which computes the same', async () => {
  using gpu = await openDevice({ robustness: false });
  for (const shape of [
    [17, 63, 3],
    [65, 129, 33],
  ] as const)
    await checkGemm(gpu, { shape, layout: 'NN' });
});

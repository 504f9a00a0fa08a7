import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDevice, tuneKernels } from '../index.ts';
import { planGemm } from '../kernels/gemm/variants.ts';
import { checkGemm } from '../testing/checkGemm.ts';
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
  const progress: number[] = [];
  const live = gpu.memory.liveBytes;
  await tuneKernels(gpu, { onProgress: (done, total) => progress.push(done / total) });
  expect(progress).toHaveLength(gemmClasses().length);
  expect(progress.at(-1)).toBe(1);
  expect(gpu.tuned.size).toBe(gemmClasses().length);
  expect(gpu.memory.liveBytes).toBe(live);
  for (const layout of ['NN', 'NT', 'TN'] as const) {
    await checkGemm(gpu, { shape: [65, 129, 17], layout });
    await checkGemm(gpu, { shape: [65, 129, 17], layout, type: 'f16', outputType: 'f32' });
  }

  using again = await openDevice();
  await tuneKernels(again);
  expect([...again.tuned]).toEqual([...gpu.tuned]);
  await tuneKernels(again, { onProgress: () => expect.unreachable('measured although there is a table') });

  const [file] = await readdir(join(folder, 'attune', 'tuning'));
  await writeFile(
    join(folder, 'attune', 'tuning', file as string),
    '{"gemm NN f32 64 x 256":{"variant":"wrong","tile":"small"}}',
  );
  let measured = 0;
  await tuneKernels(again, { onProgress: () => (measured += 1) });
  expect(measured).toBe(gemmClasses().length);
});

it('is followed by gemm, but not against its caller nor to a variant that is wrong here', async () => {
  using gpu = await openDevice();
  const [a, b] = [gpu.allocate('f32', 64, 'a'), gpu.allocate('f32', 64, 'b')];
  const product = { a, b, m: 8, n: 8, k: 8, layout: 'NN' } as const;
  const planned = (changed: object = {}) => {
    const { variant, tile } = planGemm(gpu, { ...product, ...changed });
    return `${variant} ${tile.rows}`;
  };
  const usual = planned();
  gpu.tuned = new Map([['gemm NN f32 64 x 256', { variant: 'portable', tile: 'large' }]]);
  expect(planned()).toBe('portable 128');
  expect(planned({ layout: 'NT' })).toBe(usual);
  expect(planned({ variant: 'register' })).toBe('register 32');
  expect(planned({ m: 65 })).toBe(planned({ m: 65, layout: 'NT' }));
  gpu.disabledVariants.add('gemm portable');
  expect(planned()).toBe(usual);
});

it('opens a device without checks of indices, which computes the same', async () => {
  using gpu = await openDevice({ robustness: false });
  for (const shape of [
    [17, 63, 3],
    [65, 129, 33],
  ] as const)
    await checkGemm(gpu, { shape, layout: 'NN' });
});

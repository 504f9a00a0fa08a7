import { afterAll, beforeEach, expect, it } from 'vitest';
import { gemm, loadVariants, openDevice } from '../../../index.ts';
import type { Gpu } from '../../../index.ts';
import { lateVariants, registerVariants } from '../../../device/variantLoaders.ts';
import { checkGemm } from '../../../testing/checkGemm.ts';
import { loadedVariants, onGpus } from './loadedVariants.ts';
import { loadGemmVariants } from './loadVariants.ts';
import { gemmVariants } from '../options.ts';
import type { GemmVariant } from '../options.ts';
import { fittingVariants, planGemm } from '../variants.ts';

beforeEach(unload);
afterAll(() => loadVariants());

function unload(): void {
  loadedVariants.clear();
  onGpus.choices = null;
}

const processor = ['register', 'subgroup'];
const anyGpu = ['outerProduct', 'portable'];
const matrixGpu = ['matrixTile', 'outerProduct', 'portable', 'subgroupMatrix'];
const loaded = () => [...loadedVariants.keys()].sort();
const matrix = { componentType: 'f16', resultComponentType: 'f32', m: 16, n: 16, k: 16 };

it.each([
  ['a processor', { software: true, subgroupMatrix: [matrix] }, processor],
  ['a GPU', { software: false, subgroupMatrix: [] }, anyGpu],
  ['a GPU with matrix units', { software: false, subgroupMatrix: [matrix] }, matrixGpu],
])('what %s chooses among is loaded', async (_, kind, expected) => {
  using gpu = await openDevice();
  unload();
  const profile = { ...gpu.profile, ...kind };
  await loadGemmVariants(profile);
  expect(loaded()).toEqual(expected);
  expect(onGpus.choices !== null).toBe(!kind.software);
});

it('openDevice loads what its adapter chooses among, and products are right at once', async () => {
  using gpu = await openDevice();
  const { software, subgroupMatrix } = gpu.profile;
  expect(loaded()).toEqual(software ? processor : subgroupMatrix.length > 0 ? matrixGpu : anyGpu);
  await checkGemm(gpu, { shape: [17, 63, 3], layout: 'NT' });
});

it('a variant of other adapters is an error until all are loaded', async () => {
  using gpu = await openDevice();
  const other = gemmVariants.find((variant) => !loadedVariants.has(variant));
  const operand = gpu.allocate('f32', 64, 'operand');
  const output = gpu.allocate('f32', 64, 'output');
  const product = { a: operand, b: operand, output, m: 8, n: 8, k: 8, layout: 'NN' } as const;
  // Where everything is of this adapter there is no other.
  if (other)
    expect(() => gemm(gpu, { ...product, variant: other })).toThrow(
      'not loaded: openDevice() loads what its adapter chooses by itself, of the kernels that a page has by then. Call await loadVariants()',
    );
  const unknown = { ...product, variant: 'outer' as GemmVariant };
  expect(() => gemm(gpu, unknown)).toThrow("gemm: variant must be one of 'portable', 'outerProduct', ");
  await loadVariants();
  expect(loaded()).toEqual([...gemmVariants].sort());
  expect(planGemm(gpu, { ...product, variant: 'portable' }).variant).toBe('portable');
});

it('what is left without some variants is there', async () => {
  using gpu = await openDevice({ withoutVariants: ['gemm subgroup', 'gemm register'] });
  await checkGemm(gpu, { shape: [17, 63, 3], layout: 'NN' });
});

it('half a table chooses nothing', async () => {
  using device = await openDevice();
  const operand = device.allocate('f32', 64, 'operand');
  const product = { a: operand, b: operand, m: 8, n: 8, k: 8, layout: 'NN' } as const;
  const as = (kind: object): Gpu => Object.create(device, { profile: { value: { ...device.profile, ...kind } } });
  unload();
  const software = as({ software: true });
  expect(() => planGemm(software, product)).toThrow(/subgroup is not loaded/);
  const card = as({ software: false, subgroupMatrix: [matrix] });
  expect(() => planGemm(card, product)).toThrow(/choice of tiles on GPUs is not loaded/);
  await loadGemmVariants({ ...device.profile, software: false, subgroupMatrix: [] });
  expect(() => fittingVariants(card, true)).toThrow(/subgroupMatrix is not loaded/);
});

it('a kernel that comes after a device loads what the device needs, and prepare waits for it', async () => {
  using gpu = await openDevice();
  let finish = () => {};
  const waited = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const kinds: unknown[] = [];
  registerVariants((profile) => {
    kinds.push(profile?.software);
    return waited;
  });
  expect(kinds).toContain(gpu.profile.software);
  let recorded = false;
  const preparing = gpu.prepare(() => {
    recorded = true;
  });
  await Promise.resolve();
  expect(recorded).toBe(false);
  finish();
  await preparing;
  expect(recorded).toBe(true);
  expect(lateVariants()).toBe(null);
});

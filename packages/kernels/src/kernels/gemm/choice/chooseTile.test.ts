import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadVariants, openDevice } from '../../../index.ts';
import type { DeviceInfo, Gpu, GpuArray } from '../../../index.ts';
import { adapterClassOf } from './adapterClass.ts';
import { cardsOf } from './cards.ts';
import type { Card } from './cards.ts';
import { gemmCandidates, tileSizes } from './chooseTile.ts';
import { tileOf } from '../loading/loadedVariants.ts';
import { matrixTileCosts, matrixTileNamed } from '../matrixTile/tiles.ts';
import type { MatrixTileSize } from '../matrixTile/tiles.ts';
import type { GemmLayout, OuterProductTileSize } from '../options.ts';
import { outerProductResources, outerProductTiles } from '../outerProduct/tiles.ts';
import { tileMicroseconds, tilesByTime } from './tileCost.ts';
import { planGemm } from '../variants.ts';

let gpu: Gpu;
let card: Gpu;
let a: GpuArray;
beforeAll(async () => {
  await loadVariants();
  [gpu, card] = await Promise.all([openDevice(), openDevice()]);
  a = gpu.allocate('f32', 4, 'operand');
});
afterAll(() => {
  gpu.destroy();
  card.destroy();
});

/** Products of BERT-base with so many tokens. */
const products = (tokens: number) =>
  ({
    qkv: ['NT', tokens, 2304, 768],
    attentionOutput: ['NT', tokens, 768, 768],
    ffn1: ['NT', tokens, 3072, 768],
    ffn2: ['NT', tokens, 768, 3072],
    dFfn2: ['NN', tokens, 3072, 768],
    dFfn1: ['NN', tokens, 768, 3072],
    dAttentionOutput: ['NN', tokens, 768, 768],
    dQkv: ['NN', tokens, 768, 2304],
    weightFfn: ['TN', 3072, 768, tokens],
    weightAttentionOutput: ['TN', 768, 768, tokens],
    weightQkv: ['TN', 2304, 768, tokens],
  }) as const satisfies Record<string, readonly [GemmLayout, number, number, number]>;

const hopper = { vendor: 'nvidia', architecture: '', device: 'nvidia-h100-80gb-hbm3', software: false };

/** Of cards, whatever the adapter at hand allows: SwiftShader has 256 threads in 32 KiB. */
const cardLimits = {
  maxComputeWorkgroupStorageSize: 49152,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupSizeX: 1024,
};

/** What would be planned on another adapter. */
function planOn(
  other: Gpu,
  info: Partial<DeviceInfo>,
  [layout, m, n, k]: readonly [GemmLayout, number, number, number],
) {
  const limits = { ...other.info.limits, ...cardLimits };
  Object.assign(other, { info: { ...other.info, description: '', ...info, limits } });
  Object.assign(other, { profile: { ...other.profile, software: false, subgroupMatrix: [] } });
  const { variant, tile, splits } = planGemm(other, { a, b: a, m, n, k, layout });
  return { variant, rows: tile.rows, columns: tile.columns, parts: splits.parts };
}

it.each([
  ['hopper', { vendor: 'nvidia', device: 'nvidia-h100-80gb-hbm3' }],
  ['hopper', { vendor: 'nvidia', architecture: 'hopper', device: '0x2330' }],
  ['nvidia', { vendor: 'nvidia', architecture: 'lovelace', description: 'NVIDIA GeForce RTX 4090' }],
  ['amd', { vendor: 'amd', architecture: 'rdna-3' }],
  ['amd', { description: 'AMD Radeon RX 7900 XTX (RADV NAVI31)' }],
  ['intel', { vendor: 'intel', architecture: 'xe-2hpg' }],
  ['apple', { vendor: 'apple', architecture: 'metal-3' }],
  ['unknown', { vendor: 'qualcomm', architecture: 'adreno-7xx' }],
  ['unknown', {}],
  ['software', { vendor: 'nvidia', software: true }],
] as const)('knows an adapter of class %s by its words', (name, words) => {
  const none = { vendor: '', architecture: '', device: '', description: '', software: false };
  expect(adapterClassOf({ ...none, ...words })).toBe(name);
});

describe('on a Hopper card', () => {
  it('keeps by name what was measured at 512 tokens', async () => {
    using other = await openDevice({ withoutVariants: ['gemm outerProduct'] });
    const partsOf = { attentionOutput: 2, dAttentionOutput: 2, ffn2: 2, dFfn1: 2, dQkv: 2 };
    for (const [name, product] of Object.entries(products(512))) {
      const parts = partsOf[name as keyof typeof partsOf] ?? 1;
      expect(planOn(other, hopper, product)).toEqual({ variant: 'portable', rows: 64, columns: 64, parts });
    }
  });

  it('sums the long inner dimensions of 1024 tokens by slices of outer products, in one dispatch', () => {
    const { ffn2, dFfn1, dQkv, attentionOutput, ffn1 } = products(1024);
    for (const product of [ffn2, dFfn1, dQkv, attentionOutput])
      expect(planOn(card, hopper, product)).toEqual({ variant: 'outerProduct', rows: 48, columns: 64, parts: 1 });
    expect(planOn(card, hopper, ffn1)).toMatchObject({ variant: 'outerProduct', parts: 1 });
  });

  it('sums in parts where slices do not suffice', () => {
    const [m, n, k] = [128, 128, 4096];
    const candidates = gemmCandidates(tileOf, gpu, ['portable', 'outerProduct'], { m, n, k });
    const [best] = tilesByTime(cardsOf.hopper, candidates, { m, n, k });
    expect(best).toMatchObject({ variant: 'outerProduct', splits: 8 });
  });

  it.each([512, 2048, 4096])('fills the card with the products of %i tokens, each in one dispatch', (tokens) => {
    for (const product of Object.values(products(tokens))) {
      const { variant, rows, columns, parts } = planOn(card, hopper, product);
      const [, m, n] = product;
      expect({ variant, parts }).toEqual({ variant: 'outerProduct', parts: 1 });
      expect(Math.ceil(m / rows) * Math.ceil(n / columns)).toBeGreaterThanOrEqual(100);
    }
  });

  // 128 and 256 tiles for 132 multiprocessors, where squares are 36 or 144.
  it.each([
    ['weightAttentionOutput', 48, 96],
    ['weightFfn', 96, 96],
    ['ffn2', 128, 96],
  ] as const)('computes %s of 4096 tokens by tiles of %i x %i', (name, rows, columns) => {
    expect(planOn(card, hopper, products(4096)[name])).toEqual({ variant: 'outerProduct', rows, columns, parts: 1 });
  });

  it('goes back to what was before it by name', async () => {
    using other = await openDevice({ withoutVariants: ['gemm outerProduct'] });
    for (const product of Object.values(products(2048)))
      expect(planOn(other, hopper, product).variant).toBe('portable');
    await expect(openDevice({ withoutVariants: ['gemm fast' as never] })).rejects.toThrow(/gemm outerProduct/);
  });

  it.each([
    { tokens: 512, product: 'ffn1', name: 'portable medium', edge: 64, splits: 1, measured: 18.1 },
    { tokens: 512, product: 'ffn2', name: 'portable medium', edge: 64, splits: 2, measured: 12.5 },
    { tokens: 2048, product: 'qkv', name: 'portable large', edge: 128, splits: 1, measured: 19.1 },
    { tokens: 2048, product: 'ffn1', name: 'portable large', edge: 128, splits: 1, measured: 23.9 },
    { tokens: 2048, product: 'attentionOutput', name: 'portable medium', edge: 64, splits: 1, measured: 19.8 },
  ] as const)(
    'computes near the measured $measured TFLOP/s of $product at $tokens tokens',
    ({ tokens, product, name, edge, splits, measured }) => {
      const [, m, n, k] = products(tokens)[product];
      const candidate = { name, rows: edge, columns: edge, splits };
      const microseconds = tileMicroseconds(cardsOf.hopper[0] as Card, candidate, { m, n, k });
      const teraflops = (2 * m * n * k) / microseconds / 1e6;
      expect(teraflops / measured).toBeGreaterThan(0.85);
      expect(teraflops / measured).toBeLessThan(1.15);
    },
  );
});

it('knows a speed of every tile of the variants of GPUs', () => {
  for (const variant of ['portable', 'outerProduct', 'subgroupMatrix', 'matrixTile'] as const)
    for (const size of tileSizes[variant])
      for (const { tiles } of Object.values(cardsOf).flat()) expect(tiles).toHaveProperty([`${variant} ${size}`]);
});

it('splits into no more parts than fit one array of the device', async () => {
  using small = await openDevice({ limits: { maxStorageBufferBindingSize: 2 ** 27 } });
  const [m, n, k] = [4096, 3072, 1024];
  const partsOf = (device: Gpu) =>
    gemmCandidates(tileOf, device, ['portable'], { m, n, k }).map(({ splits }) => splits);
  expect(Math.max(...partsOf(small))).toBe(2);
  expect(4 * 2 * m * n).toBeLessThanOrEqual(2 ** 27);
});

it('holds as many workgroups at once as registers and threads of a multiprocessor allow', () => {
  for (const [size, tile] of Object.entries(outerProductTiles)) {
    const { registers, threads, workgroupBytes } = outerProductResources(tile);
    for (const { tiles } of Object.values(cardsOf).flat()) {
      const { atOnce } = tiles[`outerProduct ${size as OuterProductTileSize}`] ?? { atOnce: Infinity };
      expect(atOnce * threads * registers).toBeLessThanOrEqual(65536);
      expect(atOnce * workgroupBytes).toBeLessThanOrEqual(65536);
    }
  }
  for (const size of tileSizes.matrixTile as readonly MatrixTileSize[]) {
    const { registers, threads } = matrixTileCosts(matrixTileNamed(size, { m: 16, n: 16, k: 16 }, 32, true));
    for (const { tiles } of Object.values(cardsOf).flat())
      expect((tiles[`matrixTile ${size}`]?.atOnce ?? Infinity) * threads * registers).toBeLessThanOrEqual(65536);
  }
});

it('is on an unknown card never worse than half of what tuning would find there', () => {
  const variants = ['portable', 'outerProduct'] as const;
  const sizes = [6, 12, 20, 36, 60, 84, 108, 132, 170, 192];
  // Like each card that is known, but of any size, with memory that grows with it.
  const cards = cardsOf.unknown.flatMap((known) =>
    sizes.map((multiprocessors) => ({
      ...known,
      multiprocessors,
      gigabytesPerSecond: Math.max(60, (known.gigabytesPerSecond * multiprocessors) / known.multiprocessors),
    })),
  );
  let worst = 0;
  for (const tokens of [64, 128, 424, 512, 1024, 2048, 4096]) {
    for (const [, m, n, k] of Object.values(products(tokens))) {
      const shape = { m, n, k };
      const candidates = gemmCandidates(tileOf, gpu, variants, shape);
      const [chosen] = tilesByTime(cardsOf.unknown, candidates, shape);
      if (!chosen) throw new Error('no candidate');
      for (const one of cards) {
        const tuned = Math.min(...candidates.map((candidate) => tileMicroseconds(one, candidate, shape)));
        worst = Math.max(worst, tileMicroseconds(one, chosen, shape) / tuned);
      }
    }
  }
  expect(worst).toBeLessThan(2);
});

it.each([
  ['hopper', 512],
  ['hopper', 2048],
  ['hopper', 4096],
  ['unknown', 512],
  ['unknown', 1024],
  ['unknown', 2048],
] as const)('sums products of f16 in one dispatch on matrix units: %s, %i tokens', (adapter, tokens) => {
  const config = { componentType: 'f16', resultComponentType: 'f32', m: 16, n: 16, k: 16 };
  const matrices = {
    subgroupMatrix: [config],
    subgroupMatrixTiles: 'words',
    f16: true,
    subgroups: true,
    subgroupSize: 32,
  };
  Object.assign(card, {
    profile: { ...card.profile, ...matrices, software: false },
    info: { ...card.info, limits: { ...card.info.limits, ...cardLimits } },
  });
  for (const [name, [, m, n, k]] of Object.entries(products(tokens))) {
    const candidates = gemmCandidates(tileOf, card, ['subgroupMatrix', 'matrixTile'], { m, n, k });
    const [best] = tilesByTime(cardsOf[adapter], candidates, { m, n, k });
    expect({ ...best, name }).toMatchObject({ name, variant: 'matrixTile', splits: 1 });
  }
});

it.each([512, 1024, 2048, 4096])('sums all products of %i tokens in one dispatch on an unknown card', (tokens) => {
  const unknown = { vendor: '', architecture: '', device: '', software: false };
  for (const [name, product] of Object.entries(products(tokens)))
    expect({ name, ...planOn(card, unknown, product) }).toMatchObject({ name, parts: 1 });
});

it('leaves software adapters and batches as they are', () => {
  const batch = { count: 3, strideA: 0, strideB: 0, strideOutput: 64 };
  const product = { a, b: a, m: 8, n: 8, k: 1024, layout: 'NN' } as const;
  expect(planGemm(gpu, { ...product, batch }).splits.parts).toBe(1);
  if (!gpu.profile.software) return;
  for (const [layout, m, n, k] of Object.values(products(1024))) {
    const { variant, splits } = planGemm(gpu, { a, b: a, layout, m, n, k });
    expect(['subgroup', 'register']).toContain(variant);
    expect(splits.parts).toBe(1);
  }
});

import { loadWebGpu } from '#platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cast, gemm, loadVariants, openDevice } from '../../../index.ts';
import type { Gpu } from '../../../index.ts';
import { probeMatrices } from '../../../device/probeMatrices.ts';
import { limitNames } from '../../../device/profile.ts';
import { describeDevice } from '../../../device/requestDevice.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../../testing/arrays.ts';
import { checkGemm, emptyShapes, gemmShapes } from '../../../testing/checkGemm.ts';
import { dumpSpirv } from '../../../testing/dumpSpirv.ts';
import { expectClose } from '../../../testing/expectClose.ts';
import { normalNumbers } from '../../../testing/numbers.ts';
import { gemmKit } from '../loading/gemmKit.ts';
import { ProgramsByFlags } from '../../../wgsl/programsByFlags.ts';
import { wgsl } from './matrixTile.wgsl.ts';
import { matrixTileProgram } from './program.ts';
import { matrixTileCosts, matrixTileOf, matrixTiles } from './tiles.ts';
import type { MatrixTile, MatrixTileSize } from './tiles.ts';
import { gemmReference } from '../reference.ts';

// Runs where the adapter has matrix units: see scripts/matrix-tests.mjs.
let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
  await loadVariants();
  if (!matrixTileOf(gpu, '64x64')) throw new Error('this adapter multiplies no matrices of f16 with sums in f32');
});
afterAll(() => gpu.destroy());

const layouts = ['NN', 'NT', 'TN'] as const;
const variant = 'matrixTile';
const halves = { variant, type: 'f16', outputType: 'f32' } as const;

describe.each(layouts)('gemm by matrixTile, %s', (layout) => {
  it('equals the reference for every shape', async () => {
    for (const shape of gemmShapes) await checkGemm(gpu, { ...halves, shape, layout, tile: '64x64' });
  });
  it('equals the reference for tiles inside, at the edges, and inner steps that end anywhere', async () => {
    for (const shape of [
      [72, 104, 72],
      [160, 40, 200],
      [67, 41, 35],
    ] as const)
      await checkGemm(gpu, { ...halves, shape, layout, tile: '64x64' });
  });
  it('gives zero or the bias without products, and nothing without results', async () => {
    for (const shape of emptyShapes) await checkGemm(gpu, { shape, layout, variant, type: 'f16', withBias: true });
  });
  it('begins with the output or the bias, scales, sums in parts, multiplies batches', async () => {
    for (const [m, n, k] of [
      [72, 40, 40],
      [17, 63, 3],
    ] as const) {
      const common = { ...halves, shape: [m, n, k], layout } as const;
      await checkGemm(gpu, { ...common, accumulate: true });
      await checkGemm(gpu, { ...common, withBias: true });
      await checkGemm(gpu, { ...common, alpha: -0.125, accumulate: true, withBias: true });
      await checkGemm(gpu, { ...common, shape: [m, n, 296], splits: 3 });
      const batch = { count: 3, strideA: m * k, strideB: k * n, strideOutput: m * n };
      await checkGemm(gpu, { ...common, batch });
    }
  });
  it('applies GELU, keeps what was before it, stores f16', async () => {
    for (const shape of [
      [68, 40, 16],
      [17, 63, 3],
    ] as const) {
      const common = { layout, shape, variant, type: 'f16', withBias: true } as const;
      await checkGemm(gpu, { ...common, activation: 'gelu', keepPreActivation: true });
      await checkGemm(gpu, common);
    }
  });
  it("multiplies by GELU's derivative, with columns of A summed beside", async () => {
    const common = { layout, shape: [68, 40, 16], variant, tile: '64x64' } as const;
    await checkGemm(gpu, { ...common, type: 'f16', activation: 'geluBackward', replacesPreActivation: true });
    await checkGemm(gpu, { ...common, type: 'f16', outputType: 'f32', activation: 'geluBackward', accumulate: true });
  });
  it.each([
    ['f32', 'f16'],
    ['f16', 'f32'],
    ['f32', 'f32'],
  ] as const)('takes %s times %s, which are rounded to f16', async (typeA, typeB) => {
    for (const shape of [
      [40, 72, 104],
      [33, 17, 63],
    ] as const)
      await checkMixed(layout, shape, typeA, typeB);
  });
});

/** Products of operands of two types, whose numbers are halves already. */
async function checkMixed(
  layout: (typeof layouts)[number],
  [m, n, k]: readonly [number, number, number],
  typeA: 'f32' | 'f16',
  typeB: 'f32' | 'f16',
): Promise<void> {
  const values = {
    a: rounded(normalNumbers(m * k, 1), 'f16'),
    b: rounded(normalNumbers(k * n, 2), 'f16'),
  };
  const a = uploadFloats(gpu, values.a, typeA, 'a');
  const b = uploadFloats(gpu, values.b, typeB, 'b');
  const output = staleOutput(gpu, m * n, 'f32', 'output');
  gemm(gpu, { a, b, output, m, n, k, layout, variant, tile: '64x64' });
  const { output: expected, magnitude } = gemmReference({ ...values, m, n, k, layout });
  const bound = { type: 'f32', roundings: 12 + 4 * Math.sqrt(k), magnitude: [...magnitude], terms: k } as const;
  expectClose([...(await readFloats(gpu, output, m * n))], [...expected], bound, `${layout} ${typeA} ${typeB}`);
  for (const array of [a, b, output]) gpu.release(array);
}

describe.each(Object.keys(matrixTiles) as MatrixTileSize[])(
  'the tile %s fits this adapter, and inside and at the edges',
  (tile) => {
    // A test for each: a software driver compiles the large ones for a minute.
    it.each([
      { layout: 'NN', type: 'f16', withBias: true },
      { ...halves, layout: 'NT' },
      { ...halves, layout: 'TN', accumulate: true },
    ] as const)('$layout equals the reference', async (options) => {
      const { rows, columns } = matrixTileCosts(matrixTileOf(gpu, tile) as MatrixTile);
      await checkGemm(gpu, { ...options, shape: [rows + 8, columns + 8, 40], variant, tile });
    });
  },
);

it.each([
  ['64x64sliced4', [40, 40, 136]],
  ['64x64sliced4', [33, 17, 77]],
  ['128x128sliced2', [72, 40, 72]],
] as const)(
  'adds up what slices summed, by the tile %s, in the output and beside sums of columns',
  async (tile, shape) => {
    const common = { ...halves, tile, shape } as const;
    await checkGemm(gpu, { ...common, layout: 'NT', withBias: true, activation: 'gelu', keepPreActivation: true });
    await checkGemm(gpu, { ...common, layout: 'NN', accumulate: true, alpha: -0.125 });
    await checkGemm(gpu, { ...common, layout: 'TN', accumulate: true, withColumnSums: 'added' });
  },
);

it('sums the columns of A on the way: inside, at the edges, in parts, by single halves', async () => {
  const common = { layout: 'TN', variant, outputType: 'f32', tile: '64x64' } as const;
  const dispatched: string[] = [];
  const { dispatch } = gpu;
  Object.assign(gpu, {
    dispatch: (asked: Parameters<typeof dispatch>[0]) => {
      dispatched.push(asked.program.key);
      dispatch.call(gpu, asked);
    },
  });
  await checkGemm(gpu, { ...common, type: 'f16', shape: [72, 104, 72], withColumnSums: 'replaced' });
  await checkGemm(gpu, { ...common, type: 'f16', shape: [67, 41, 35], accumulate: true, withColumnSums: 'added' });
  await checkGemm(gpu, { ...common, type: 'f16', shape: [40, 72, 296], splits: 3, withColumnSums: 'replaced' });
  await checkGemm(gpu, { ...common, type: 'f16', shape: [3, 5, 0], withColumnSums: 'added' });
  Reflect.deleteProperty(gpu, 'dispatch');
  expect(dispatched.filter((key) => key.startsWith('columnSum'))).toEqual([]);
  using other = await openDevice();
  Object.assign(other, { profile: { ...other.profile, subgroupMatrixTiles: 'halves' } });
  await checkGemm(other, { ...common, type: 'f16', shape: [40, 72, 40], withColumnSums: 'replaced' });
});

it.each([16, 67])('sums %i columns of f32 before they are rounded to f16', async (m) => {
  const [n, k] = [8, 40];
  // Half of the last place of 1 in f16, which is lost where it is rounded.
  const values = new Float32Array(k * m).fill(1 + 2 ** -11);
  const a = uploadFloats(gpu, values, 'f32', 'a');
  const b = uploadFloats(gpu, rounded(normalNumbers(k * n, 2), 'f16'), 'f16', 'b');
  const [output, sums] = [staleOutput(gpu, m * n, 'f32', 'output'), staleOutput(gpu, m, 'f32', 'sums')];
  gemm(gpu, { a, b, output, m, n, k, layout: 'TN', variant, tile: '64x64', columnSums: { output: sums } });
  expect([...(await readFloats(gpu, sums, m))]).toEqual(Array.from({ length: m }, () => k * (1 + 2 ** -11)));
  for (const array of [a, b, output, sums]) gpu.release(array);
});

it('equals the reference with single halves in workgroup memory', async () => {
  using other = await openDevice();
  Object.assign(other, { profile: { ...other.profile, subgroupMatrixTiles: 'halves' } });
  const common = { ...halves, shape: [40, 72, 40], tile: '64x64' } as const;
  for (const layout of layouts) await checkGemm(other, { ...common, layout });
  await checkGemm(other, { ...common, layout: 'TN', tile: '64x64sliced4' });
  await checkGemm(other, { ...common, layout: 'NT', withBias: true, outputType: 'f16' });
});

it('asks for subgroups of its size where a device has several', async () => {
  using other = await openDevice();
  const { profile } = other;
  // As a card says it whose subgroups may have more lanes than these.
  Object.assign(other, { profile: { ...profile, subgroupSize: 0, askedSubgroupSize: profile.subgroupSize } });
  for (const layout of layouts) await checkGemm(other, { ...halves, shape: [72, 104, 72], layout, tile: '64x64' });
  await checkGemm(other, { shape: [72, 40, 40], layout: 'NT', variant: 'subgroupMatrix', type: 'f16' });
});

it.each(['NT', 'TN'] as const)('%s gives the same bits for a copy of an f32 operand in f16', async (layout) => {
  const [m, n, k] = [40, 72, 104];
  const a = uploadFloats(gpu, rounded(normalNumbers(m * k, 1), 'f16'), 'f16', 'a');
  const single = uploadFloats(gpu, normalNumbers(k * n, 2), 'f32', 'b');
  const half = gpu.allocate('f16', k * n, 'b in f16');
  cast(gpu, { input: single, output: half, length: k * n });
  const results: Float32Array[] = [];
  for (const b of [single, half]) {
    const output = staleOutput(gpu, m * n, 'f32', 'output');
    gemm(gpu, { a, b, output, m, n, k, layout, variant, tile: '64x64' });
    results.push(await readFloats(gpu, output, m * n));
    gpu.release(output);
  }
  expect(results[1]).toEqual(results[0]);
  for (const array of [a, single, half]) gpu.release(array);
});

it('finds by itself that fragments are loaded from words, on a GPU by its driver', async () => {
  expect(gpu.profile.subgroupMatrixTiles).toBe('words');
  const webgpu = await loadWebGpu({ robustness: true });
  const adapter = (await webgpu?.requestAdapter()) as GPUAdapter;
  const features = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'] as GPUFeatureName[];
  const device = await adapter.requestDevice({ requiredFeatures: features });
  const { profile } = describeDevice(device, adapter, limitNames);
  const found = { subgroupMatrixSpelling: 'majorness', subgroupMatrixTiles: 'words' };
  expect(await probeMatrices(device, { ...profile, software: false })).toEqual(found);
  // A fragment that this adapter lacks: its driver says no, and single halves are left.
  const subgroupMatrix = profile.subgroupMatrix.map((config) => ({ ...config, m: 16, n: 16, k: 16 }));
  const refused = { subgroupMatrixSpelling: 'majorness', subgroupMatrixTiles: 'halves' };
  expect(await probeMatrices(device, { ...profile, software: false, subgroupMatrix })).toEqual(refused);
  device.destroy();
});

describe('the SPIR-V of the inner loop', () => {
  const cases = (['64x64', '64x64sliced4', '128x128sliced2'] as const).flatMap((size) =>
    layouts.map((layout) => ({ size, layout })),
  );
  it.each(cases)(
    '$size, $layout: places and strides are as they were written, sums are not an array',
    ({ size, layout }) => {
      gpu.scope(() => {
        const [m, n, k] = [64, 64, 64];
        const [a, b] = [gpu.allocate('f16', m * k, 'a'), gpu.allocate(layout === 'TN' ? 'f32' : 'f16', n * k, 'b')];
        const output = gpu.allocate('f32', m * n, 'output');
        const none = { bias: undefined, preActivation: undefined, gelu: false };
        const columnSums = layout === 'TN' ? { output: gpu.allocate('f32', m, 'sums') } : undefined;
        const epilogue = { ...none, output, accumulate: layout === 'TN', columnSums, alpha: 1, strideOutput: 0 };
        const tile = matrixTileOf(gpu, size) as MatrixTile;
        const product = { a, b, m, n, k, layout };
        const programs = new ProgramsByFlags();
        const asked = { gpu, tile, source: gemmKit.complete(wgsl), programs, product, epilogue };
        const spirv = dumpSpirv(matrixTileProgram(gemmKit, asked).source());
        const loop = spirv.slice(spirv.indexOf('OpLoopMerge'), spirv.lastIndexOf('OpCooperativeMatrixMulAddKHR'));
        const count = (pattern: RegExp, text = loop) => text.match(pattern)?.length ?? 0;
        const products = (tile.inner / tile.k / tile.slices) * tile.rowFragments * tile.columnFragments;
        expect(count(/OpCooperativeMatrixMulAddKHR/g)).toBe(products - 1);
        // Clamps, sums of 64 bits, places or strides of two possible values.
        expect(count(/ UMin | OpIAddCarry | OpSelect /g)).toBe(0);
        expect(count(/OpCooperativeMatrixLoadKHR %\d+ %\d+ %uint_[01] %uint_\d+ /g)).toBe(
          count(/OpCooperativeMatrixLoadKHR/g),
        );
        // Nothing of the function lies in an array, which would be indexed in memory.
        expect(count(/OpVariable %_ptr_Function__arr/g, spirv)).toBe(0);
      });
    },
  );
});

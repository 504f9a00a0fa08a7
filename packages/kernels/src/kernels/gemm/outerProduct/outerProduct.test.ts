import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gemm, loadVariants, openDevice } from '../../../index.ts';
import type { Gpu } from '../../../index.ts';
import { checkGemm, emptyShapes, oddShapes } from '../../../testing/checkGemm.ts';
import type { GemmCase } from '../../../testing/checkGemm.ts';
import { compileOnNull } from '../../../testing/compileOnNull.ts';
import { dumpSpirv } from '../../../testing/dumpSpirv.ts';
import { tileOf } from '../loading/loadedVariants.ts';
import type { GemmOptions, OuterProductTileSize } from '../options.ts';
import { outerProductFits, outerProductResources, outerProductSizes, outerProductTiles } from './tiles.ts';
import type { OuterProductTile } from './tiles.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
  await loadVariants();
});
afterAll(() => gpu.destroy());

const layouts = ['NN', 'NT', 'TN'] as const;
const tiles = Object.keys(outerProductTiles) as OuterProductTileSize[];
const variant = 'outerProduct' as const;
const check = (tested: Omit<GemmCase, 'variant'>) => checkGemm(gpu, { ...tested, variant });

// Software adapters take seconds to compile each program: so here tiles have few of them.

describe.each(layouts)('gemm by outer products, %s', (layout) => {
  it('equals the reference for odd shapes, empty ones, batches and parts', async () => {
    for (const shape of [...oddShapes, ...emptyShapes]) await check({ shape, layout, tile: '64x64' });
    for (const gap of [0, 3]) {
      const batch = { count: 3, strideA: 17 * 3 + gap, strideB: 3 * 5 + gap, strideOutput: 17 * 5 + gap };
      await check({ shape: [17, 5, 3], layout, tile: '64x64', batch });
    }
    await check({ shape: [17, 65, 129], layout, tile: '64x64', splits: 3, alpha: 2, accumulate: true });
    await check({ shape: [17, 63, 3], layout, tile: '64x64', magnitudeA: 1e18, magnitudeB: 1e18 });
  });
  it.each(['48x64sliced4', '48x96sliced4'] as const)('equals the reference in %s', async (tile) => {
    for (const shape of [
      [68, 132, 20],
      [52, 68, 132],
      [4, 8, 0],
    ] as const)
      await check({ shape, layout, tile });
  });
  it.each(['large', '128x96'] as const)('equals the reference for shapes of fours, in %s tiles', async (tile) => {
    for (const shape of [
      [132, 140, 20],
      [4, 8, 4],
    ] as const)
      await check({ shape, layout, tile });
  });
});

it.each([
  { tile: '128x128', shape: [132, 140, 20], withColumnSums: 'replaced' },
  { tile: '64x128', shape: [68, 132, 20], withColumnSums: 'added', accumulate: true, alpha: -0.125 },
  { tile: '64x64', shape: [65, 17, 129], withColumnSums: 'replaced', splits: 3 },
  { tile: '48x64sliced4', shape: [65, 17, 129], withColumnSums: 'replaced', splits: 2 },
  { tile: '128x96', shape: [132, 68, 36], withColumnSums: 'replaced', accumulate: true },
  { tile: '96x96sliced2', shape: [132, 100, 36], withColumnSums: 'added', accumulate: true },
  { tile: '48x96sliced4', shape: [65, 17, 129], withColumnSums: 'added', alpha: -0.125 },
  { tile: '64x64sliced2', shape: [132, 68, 36], withColumnSums: 'added', accumulate: true, alpha: 2 },
] as const)('sums the columns of A on the way, by tiles of $tile', async (tested) => {
  await check({ ...tested, layout: 'TN' });
});

it('takes a bias and GELU, and halves', async () => {
  const epilogue = { withBias: true, activation: 'gelu', keepPreActivation: true } as const;
  for (const tile of ['128x64', '48x64sliced4'] as const)
    await check({ shape: [132, 68, 20], layout: 'NT', tile, ...epilogue });
  await check({ shape: [68, 132, 20], layout: 'NN', tile: '64x64', type: 'f16' });
});

describe.each([true, false])('with robustness %s', (robustness) => {
  it('compiles', () =>
    compileOnNull(
      (nullGpu) => {
        for (const tile of tiles) for (const layout of layouts) recordAll(nullGpu, { tile, layout });
      },
      { robustness },
    ));
});

/** Each way to read and each epilogue. */
function recordAll(nullGpu: Gpu, given: Pick<GemmOptions, 'tile' | 'layout'>): void {
  for (const type of ['f32', 'f16'] as const) {
    for (const size of [3, 64]) {
      nullGpu.scope(() => {
        const array = (label: string, element: 'f32' | 'f16' = type) => nullGpu.allocate(element, size * size, label);
        const common = { a: array('a'), b: array('b'), output: array('output'), m: size, n: size, k: size, variant };
        gemm(nullGpu, { ...common, ...given });
        gemm(nullGpu, { ...common, ...given, accumulate: true, splits: 2 });
        const rest = { bias: array('bias', 'f32'), activation: 'gelu', preActivation: array('before') } as const;
        gemm(nullGpu, { ...common, ...given, ...rest });
      });
    }
  }
}

/**
 * So that two workgroups of 192 or 256 threads, or three of 128, are on a multiprocessor of 65536
 * registers at once, and none goes to memory.
 */
const mostRegisters = (threads: number) => (threads > 192 ? 128 : 168);

it.each(tiles)('%s fits the workgroup memory and the registers that it is meant for', (size) => {
  const tile = outerProductTiles[size];
  const { registers, workgroupBytes, threads } = outerProductResources(tile);
  const { rows, columns } = outerProductSizes(tile);
  expect(`${rows}x${columns}`).toBe(size.replace(/sliced\d/, ''));
  expect({ registers, workgroupBytes }).toEqual(
    {
      '128x128': { registers: 110, workgroupBytes: 8448 },
      '128x64': { registers: 116, workgroupBytes: 6400 },
      '64x128': { registers: 116, workgroupBytes: 6400 },
      '64x64': { registers: 86, workgroupBytes: 8704 },
      '64x64sliced2': { registers: 74, workgroupBytes: 16384 },
      '32x64sliced4': { registers: 74, workgroupBytes: 16384 },
      '48x64sliced4': { registers: 94, workgroupBytes: 16384 },
      '128x96': { registers: 158, workgroupBytes: 7424 },
      '96x96sliced2': { registers: 158, workgroupBytes: 12800 },
      '48x96sliced4': { registers: 94, workgroupBytes: 24576 },
    }[size],
  );
  expect(registers).toBeLessThanOrEqual(mostRegisters(threads));
  // The one tile that not every adapter takes is 64 x 64 where it does not fit.
  const least = { maxComputeInvocationsPerWorkgroup: 256, maxComputeWorkgroupSizeX: 256 };
  const limits = { ...gpu.info.limits, ...least, maxComputeWorkgroupStorageSize: 16384 };
  expect(outerProductFits(outerProductResources(tile), limits)).toBe(size !== '48x96sliced4');
  const device: Gpu = Object.create(gpu, { info: { value: { ...gpu.info, limits } } });
  expect(tileOf(device, variant, '48x96sliced4', 64)).toMatchObject({ rows: 64, columns: 64, kind: '128 threads' });
});

// Dawn is asked in a process of its own, which the bundled tests of other machines cannot start.
describe.runIf(process.env.VITEST)('the SPIR-V of the inner loop', () => {
  const cases = (['64x64', '48x64sliced4', '96x96sliced2'] as const).flatMap((tile) =>
    layouts.map((layout) => ({ tile, layout })),
  );
  it.each(cases)('$tile, $layout: no checks of places, and no sums in memory', ({ tile, layout }) => {
    const { rowBlocks, columnBlocks, inner, slices = 1 }: OuterProductTile = outerProductTiles[tile];
    for (const size of [64, 63]) {
      const spirv = dumpSpirv(sourceOf({ layout, size, tile }));
      const start = spirv.lastIndexOf('OpLoopMerge', spirv.indexOf('OpControlBarrier'));
      const [, end] = /OpLoopMerge (%\w+)/.exec(spirv.slice(start)) ?? [];
      const loop = spirv.slice(start, spirv.indexOf(`${end} = OpLabel`));
      const count = (pattern: RegExp, text = loop) => text.match(pattern)?.length ?? 0;
      expect(count(/OpControlBarrier/g)).toBe(2);
      expect(count(/ Fma /g)).toBe((4 * rowBlocks * columnBlocks * inner) / slices);
      expect(count(/ UMin | OpIAddCarry /g)).toBe(0);
      // Of the counter that ends endless loops; divisions, in functions of their own, have one too.
      expect(count(/ OpSelect /g)).toBe(1);
      expect(count(/OpFunctionCall %uint /g)).toBe(0);
      // What is indexed at run time lies in an array of the function, in memory.
      expect(count(/OpVariable %_ptr_Function__arr/g, spirv)).toBe(0);
    }
  });
});

function sourceOf({ size, ...given }: Pick<GemmOptions, 'tile' | 'layout'> & { readonly size: number }): string {
  const sources: string[] = [];
  const dispatch = gpu.dispatch.bind(gpu);
  gpu.dispatch = ({ program }) => void sources.push(program.source());
  gpu.scope(() => {
    const array = (label: string) => gpu.allocate('f32', size * size, label);
    const common = { a: array('a'), b: array('b'), output: array('output'), m: size, n: size, k: size, variant };
    gemm(gpu, { ...common, ...given, splits: 1 });
  });
  gpu.dispatch = dispatch;
  return sources[0] as string;
}

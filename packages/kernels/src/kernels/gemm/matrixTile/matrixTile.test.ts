import { describe, expect, it } from 'vitest';
import { gemm } from '../../../index.ts';
import type { Gpu, GpuArray } from '../../../index.ts';
import { compileOnNull, messagesOnNull } from '../../../testing/compileOnNull.ts';
import { gemmKit } from '../loading/gemmKit.ts';
import { ProgramsByFlags } from '../../../wgsl/programsByFlags.ts';
import { wgsl } from './matrixTile.wgsl.ts';
import { matrixTileProgram } from './program.ts';
import { matrixTileCosts, matrixTileFits, matrixTileNamed, matrixTiles } from './tiles.ts';
import type { MatrixTileSize } from './tiles.ts';

const layouts = ['NN', 'NT', 'TN'] as const;
const sizes = Object.keys(matrixTiles) as MatrixTileSize[];
const nvidia = { m: 16, n: 16, k: 16 };

/** The null backend as a card with matrix units of this shape. */
function asCard(gpu: Gpu, { m, n, k }: typeof nvidia): void {
  const config = { componentType: 'f16', resultComponentType: 'f32', m, n, k };
  const matrices = {
    subgroupMatrix: [config],
    subgroupMatrixSpelling: 'majorness',
    subgroupMatrixTiles: 'words',
  } as const;
  const profile = { ...gpu.profile, ...matrices, software: false, subgroups: true, subgroupSize: 32 };
  Object.assign(gpu, { profile });
}

/** Arrays of a product of n x n, and every epilogue of it. */
function productsOf(gpu: Gpu, n: number) {
  const allocate = (type: 'f16' | 'f32', length: number) => gpu.allocate(type, length, 'array');
  const [half, single, bias] = [allocate('f16', n * n), allocate('f32', n * n), allocate('f32', n)];
  const outputs = { f16: allocate('f16', n * n), f32: allocate('f32', n * n) };
  const preActivation = allocate('f16', n * n);
  const operands: (readonly [GpuArray, GpuArray])[] = [
    [half, half],
    [half, single],
    [single, half],
  ];
  const epilogues = [
    { output: outputs.f32 },
    { output: outputs.f32, accumulate: true },
    { output: outputs.f32, bias },
    { output: outputs.f16, bias, activation: 'gelu' as const, preActivation },
  ];
  return { operands, epilogues };
}

describe.each([true, false])('by matrixTile compiles, robustness %s', (robustness) => {
  it.each([nvidia, { m: 8, n: 8, k: 8 }, { m: 16, n: 8, k: 16 }])('fragments of $m x $n x $k', (fragment) =>
    compileOnNull(
      (gpu) => {
        asCard(gpu, fragment);
        for (const layout of layouts) {
          for (const n of [3, 64]) {
            const { operands, epilogues } = productsOf(gpu, n);
            const common = { m: n, n, k: n, layout, variant: 'matrixTile', tile: '64x64' } as const;
            const sums = { output: gpu.allocate('f32', n, 'sums') };
            for (const [a, b] of operands)
              for (const epilogue of epilogues)
                for (const columnSums of layout === 'TN' ? [undefined, sums] : [undefined])
                  gemm(gpu, { ...common, a, b, ...epilogue, columnSums });
          }
        }
      },
      { robustness },
    ),
  );
});

const source = gemmKit.complete(wgsl);

/** The programs of every layout and epilogue. */
function programsOf(gpu: Gpu, size: MatrixTileSize, words: boolean): string[] {
  const { operands, epilogues } = productsOf(gpu, 64);
  const none = { bias: undefined, preActivation: undefined, accumulate: false, alpha: 1, strideOutput: 0 };
  const tile = matrixTileNamed(size, nvidia, 32, words);
  const programs = new ProgramsByFlags();
  return layouts.flatMap((layout) =>
    epilogues.map(({ activation, ...epilogue }, index) => {
      const [a, b] = operands[index % 3] as (typeof operands)[number];
      const product = { a, b, m: 64, n: 64, k: 64, layout };
      const ending = { ...none, ...epilogue, gelu: activation === 'gelu' };
      return matrixTileProgram(gemmKit, { gpu, tile, source, programs, product, epilogue: ending }).source();
    }),
  );
}

it('every tile compiles without a message, also with single halves in workgroup memory', () =>
  compileOnNull(async (gpu) => {
    asCard(gpu, nvidia);
    const programs = sizes.flatMap((size) => programsOf(gpu, size, true));
    const singles = (['64x64', '64x64sliced4'] as const).flatMap((size) => programsOf(gpu, size, false));
    expect(await messagesOnNull([...programs, ...singles])).toEqual([]);
  }));

it('asks for subgroups of 32 where a card has several sizes', () =>
  compileOnNull(async (gpu) => {
    asCard(gpu, nvidia);
    Object.assign(gpu, { profile: { ...gpu.profile, subgroupSize: 0, askedSubgroupSize: 32 } });
    const [program] = programsOf(gpu, '64x64', true) as [string];
    expect(program).toContain('@compute @workgroup_size(128) @subgroup_size(32)');
    expect(await messagesOnNull([program])).toEqual([]);
  }));

it('compiles in the spelling of older browsers, of which Dawn warns', () =>
  compileOnNull(async (gpu) => {
    asCard(gpu, nvidia);
    Object.assign(gpu, { profile: { ...gpu.profile, subgroupMatrixSpelling: 'flag' } });
    const messages = await messagesOnNull(programsOf(gpu, '64x64', false).slice(0, 1));
    expect(messages.filter((message) => !message.includes('deprecated'))).toEqual([]);
  }));

/**
 * What each tile takes on an NVIDIA card, in fragments of 16 x 16 and subgroups of 32. Two
 * workgroups of 256 threads or less are on a multiprocessor of 65536 registers at once, and one
 * of a sliced tile that is for products of no more than one to each.
 */
it('takes registers and workgroup memory that a card has', () => {
  const limits = {
    maxComputeInvocationsPerWorkgroup: 1024,
    maxComputeWorkgroupSizeX: 1024,
    maxComputeWorkgroupStorageSize: 49152,
  };
  const table = sizes.map((size) => {
    const tile = matrixTileNamed(size, nvidia, 32, true);
    const { rows, columns, threads, registers, workgroupBytes } = matrixTileCosts(tile);
    expect(matrixTileFits(tile, limits as Gpu['info']['limits'])).toBe(true);
    expect(`${rows}x${columns}`).toBe(size.replace(/by4|sliced./, ''));
    const atOnce = tile.slices === 1 || (tile.slices === 2 && threads === 192) ? 2 : 1;
    expect(atOnce * threads * registers).toBeLessThanOrEqual(65536);
    return [size, threads, registers, workgroupBytes];
  });
  expect(table).toEqual([
    ['64x64', 128, 88, 10240],
    ['128x64', 128, 138, 15360],
    ['64x128', 128, 130, 16896],
    ['128x128by4', 128, 212, 20480],
    ['128x128', 256, 128, 20480],
    ['128x96', 192, 143, 25088],
    ['96x96sliced2', 192, 168, 15360],
    ['64x96sliced2', 192, 158, 33792],
    ['48x96sliced4', 384, 118, 40960],
    ['64x64sliced4', 256, 148, 36864],
    ['128x128sliced2', 256, 212, 36864],
  ]);
});

it('is the smallest tile where the wanted one does not fit, and none where that does not', () =>
  compileOnNull((gpu) => {
    asCard(gpu, nvidia);
    const { operands, epilogues } = productsOf(gpu, 64);
    const [a, b] = operands[0] as (typeof operands)[number];
    const options = { ...epilogues[0], a, b, m: 64, n: 64, k: 64, layout: 'NT', variant: 'matrixTile' } as const;
    // The null backend has 16 KiB of workgroup memory.
    gemm(gpu, { ...options, output: epilogues[0]?.output as GpuArray, tile: '128x128' });
    const limits = { ...gpu.info.limits, maxComputeWorkgroupStorageSize: 8192 };
    Object.assign(gpu, { info: { ...gpu.info, limits } });
    expect(() => gemm(gpu, { ...options, output: epilogues[0]?.output as GpuArray })).toThrow(/matrixTile/);
  }));

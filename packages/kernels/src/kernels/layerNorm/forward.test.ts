import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cast, dropout as drop, embeddingSum, openDevice } from '../../index.ts';
import type { Gpu, GpuArray } from '../../index.ts';
import { readFloats, staleOutput, uploadFloats, uploadIndices } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { layerNorm, layerNormBackward } from './index.ts';
import type { LayerNormOptions, LayerNormVariant } from './index.ts';

// What a layer norm does on the way has the bits of the kernels that do it by themselves.
let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

const variants: LayerNormVariant[] = ['rowPerInvocation', 'workgroupPerRow'];
const shapes = [
  [1, 1],
  [3, 17],
  [65, 36],
  [5, 1029],
  [0, 4],
] as const;
const tableRows = [7, 3, 2];

/** What a layer norm of embeddings reads, and what it writes. */
function arraysOf(device: Gpu, rows: number, columns: number) {
  const size = rows * columns;
  const random = {
    state: device.upload(Uint32Array.of(5, 2, 0, 0), 'u32', 'state'),
    tokenKeys: uploadIndices(
      device,
      Uint32Array.from({ length: rows }, (_, row) => row * 65537),
      'keys',
    ),
  };
  return {
    tables: tableRows.map((count, table) =>
      uploadFloats(device, normalNumbers(count * columns, table + 1), 'f32', 'table'),
    ),
    ids: tableRows.map((count, table) =>
      uploadIndices(
        device,
        Uint32Array.from({ length: rows }, (_, row) => (row * (table + 3) + 1) % count),
        'ids',
      ),
    ),
    weight: uploadFloats(device, normalNumbers(columns, 4, { mean: 1 }), 'f32', 'weight'),
    bias: uploadFloats(device, normalNumbers(columns, 5), 'f32', 'bias'),
    gradOutput: uploadFloats(device, normalNumbers(size, 6), 'f32', 'gradOutput'),
    dropout: { probability: 0.25, site: 9, random },
    written: () => ({
      output: staleOutput(device, size, 'f32', 'output'),
      half: staleOutput(device, size, 'f16', 'half'),
      sum: staleOutput(device, size, 'f32', 'sum'),
      mean: staleOutput(device, rows, 'f32', 'mean'),
      reciprocalStd: staleOutput(device, rows, 'f32', 'reciprocalStd'),
    }),
  };
}

async function bitsOf(device: Gpu, arrays: Readonly<Record<string, GpuArray>>, rows: number, columns: number) {
  const bits: Record<string, Float32Array> = {};
  for (const [name, array] of Object.entries(arrays))
    bits[name] = await readFloats(device, array, name === 'mean' || name === 'reciprocalStd' ? rows : rows * columns);
  return bits;
}

/** Dispatches that a call records. */
function dispatchesOf(device: Gpu, record: () => void): number {
  let count = 0;
  const { dispatch } = device;
  Object.assign(device, {
    dispatch(asked: Parameters<typeof dispatch>[0]) {
      if (!asked.workgroups.includes(0)) count += 1;
      dispatch.call(device, asked);
    },
  });
  record();
  Reflect.deleteProperty(device, 'dispatch');
  return count;
}

/** Most dispatches of a call that binds 15 arrays, where so many may be bound or fewer. */
function mostDispatches({ info: { limits } }: Gpu): number {
  const arrays = limits.maxStorageBuffersPerShaderStage;
  if (arrays >= 15) return 1;
  return arrays >= 10 ? 2 : 4;
}

/** All in one call, and one after the other. */
async function checkForward(device: Gpu, rows: number, columns: number, variant: LayerNormVariant) {
  const { tables, ids, weight, bias, dropout, written } = arraysOf(device, rows, columns);
  const [fused, apart] = [written(), written()];
  const common = { weight, bias, rows, columns, epsilon: 1e-12, variant };
  const dispatches = dispatchesOf(device, () =>
    layerNorm(device, { ...common, ...fused, input: { tables, ids }, outputDropout: dropout }),
  );
  expect(dispatches).toBeLessThanOrEqual(mostDispatches(device));
  const { output, half, sum, mean, reciprocalStd } = apart;
  const normalised = device.allocate('f32', rows * columns, 'normalised');
  embeddingSum(device, { tables, ids, output: sum, rows, columns });
  layerNorm(device, { ...common, input: sum, output: normalised, mean, reciprocalStd });
  drop(device, { input: normalised, output, rows, columns, dropout });
  cast(device, { input: output, output: half, length: rows * columns });
  expect(await bitsOf(device, fused, rows, columns)).toEqual(await bitsOf(device, apart, rows, columns));
}

describe.each(variants)('layerNorm by %s', (variant) => {
  it.each(shapes)(
    'of %i x %i: rows of tables, dropout of the output and f16 are as by themselves',
    async (...shape) => {
      await gpu.scope(() => checkForward(gpu, ...shape, variant));
    },
  );

  it('does so in more dispatches where an adapter binds few arrays', async () => {
    for (const maxStorageBuffersPerShaderStage of [8, 10]) {
      using narrow = await openDevice({ limits: { maxStorageBuffersPerShaderStage } });
      await checkForward(narrow, 17, 20, variant);
      await checkBackward(narrow, 17, 20, variant);
    }
  });

  it.each(shapes)('of %i x %i: the gradient of a dropped output is as by itself', async (...shape) => {
    await gpu.scope(() => checkBackward(gpu, ...shape, variant));
  });
});

async function checkBackward(device: Gpu, rows: number, columns: number, variant: LayerNormVariant) {
  const { weight, bias, gradOutput, dropout, written } = arraysOf(device, rows, columns);
  const { output, half: _, sum, mean, reciprocalStd } = written();
  const common = { weight, rows, columns, variant, mean, reciprocalStd };
  const input = uploadFloats(device, normalNumbers(rows * columns, 7), 'f32', 'input');
  layerNorm(device, { ...common, bias, input, output, sum, epsilon: 1e-12 });
  const results = [true, false].map((fused) => {
    const gradients = {
      gradSum: staleOutput(device, rows * columns, 'f32', 'gradSum'),
      gradWeight: staleOutput(device, columns, 'f32', 'gradWeight'),
      gradBias: staleOutput(device, columns, 'f32', 'gradBias'),
    };
    const dropped = staleOutput(device, rows * columns, 'f32', 'dropped');
    drop(device, { input: gradOutput, output: dropped, rows, columns, dropout });
    layerNormBackward(device, {
      ...common,
      ...gradients,
      sum: input,
      ...(fused ? { gradOutput, outputDropout: dropout } : { gradOutput: dropped }),
    });
    return gradients;
  });
  const [fused, apart] = await Promise.all(
    results.map(async ({ gradSum, gradWeight, gradBias }) => [
      await readFloats(device, gradSum, rows * columns),
      await readFloats(device, gradWeight, columns),
      await readFloats(device, gradBias, columns),
    ]),
  );
  expect(fused).toEqual(apart);
}

it('refuses two dropouts, tables without ids, and another type of half', () => {
  gpu.scope(() => {
    const { tables, ids, weight, bias, gradOutput: input, dropout, written } = arraysOf(gpu, 3, 4);
    const { half, ...rest } = written();
    const given: LayerNormOptions = { ...rest, input, weight, bias, rows: 3, columns: 4, epsilon: 0 };
    expect(() => layerNorm(gpu, { ...given, dropout, outputDropout: dropout })).toThrow(/dropout and outputDropout/);
    expect(() => layerNorm(gpu, { ...given, input: { tables, ids: [] } })).toThrow(/3 tables and 0 ids/);
    expect(() => layerNorm(gpu, { ...given, input: { tables: [half], ids: ids.slice(1, 2) } })).toThrow(/table/);
    expect(() => layerNorm(gpu, { ...given, half: rest.sum })).toThrow(/half/);
    const { mean, reciprocalStd } = rest;
    const gradients = {
      mean,
      reciprocalStd,
      gradOutput: input,
      gradSum: input,
      gradWeight: weight,
      gradBias: bias,
      sum: input,
    };
    const both = { dropout, gradInput: input, outputDropout: dropout };
    const backward = { ...gradients, ...both, weight, rows: 3, columns: 4 };
    expect(() => layerNormBackward(gpu, backward)).toThrow(/dropout and outputDropout/);
  });
});

it.each([true, false])('compiles, robustness %s', (robustness) =>
  compileOnNull(
    (nullGpu) => {
      for (const variant of variants)
        for (const columns of [3, 64]) {
          const { tables, ids, weight, bias, dropout, written } = arraysOf(nullGpu, 2, columns);
          const common = { weight, bias, rows: 2, columns, epsilon: 0, variant };
          layerNorm(nullGpu, { ...common, ...written(), input: { tables, ids }, outputDropout: dropout });
        }
    },
    { robustness },
  ),
);

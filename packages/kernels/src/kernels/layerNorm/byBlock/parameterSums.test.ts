import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../../index.ts';
import type { Gpu, GpuArray } from '../../../index.ts';
import { readFloats, uploadFloats } from '../../../testing/arrays.ts';
import { normalNumbers } from '../../../testing/numbers.ts';
import { layerNormBackward, LayerNormSums } from '../index.ts';

type Gradients = Readonly<Record<'gradWeight' | 'gradBias', GpuArray>>;

describe('gradients of the parameters of layer norms', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  it('sums the parameters of several at once, as one by one', async () => {
    const [rows, columns, norms] = [37, 64, 11];
    const lengths = Array.from({ length: 2 * norms }, () => columns);
    const targets = [false, true].map(() => gpu.allocateContiguous('f32', lengths, 'gradients'));
    const matrix = (number: number) => uploadFloats(gpu, normalNumbers(rows * columns, number), 'f32', 'matrix');
    const ones = uploadFloats(gpu, new Float32Array(columns).fill(1), 'f32', 'weight');
    const [mean, reciprocalStd] = [4, 5].map((number) =>
      uploadFloats(gpu, normalNumbers(rows, number), 'f32', 'rows'),
    ) as [GpuArray, GpuArray];
    const gradSum = gpu.allocate('f32', rows * columns, 'gradSum');
    const dispatches: number[] = [];
    for (const [number, gradients] of targets.entries()) {
      const sums = number === 0 ? undefined : new LayerNormSums(gpu);
      const before = gpu.statistics.dispatches;
      for (let norm = 0; norm < norms; norm++) {
        layerNormBackward(gpu, {
          gradOutput: matrix(norm),
          sum: matrix(100 + norm),
          mean,
          reciprocalStd,
          weight: ones,
          gradSum,
          gradWeight: gradients[2 * norm] as GpuArray,
          gradBias: gradients[2 * norm + 1] as GpuArray,
          rows,
          columns,
          accumulate: true,
          variant: 'workgroupPerRow',
          sums,
        });
      }
      sums?.flush();
      dispatches.push(gpu.statistics.dispatches - before);
    }
    expect(dispatches).toEqual([2 * norms, norms + 2]);
    for (let place = 0; place < 2 * norms; place++) {
      const [alone, together] = await Promise.all(
        targets.map((gradients) => readFloats(gpu, gradients[place] as GpuArray, columns)),
      );
      expect(together).toEqual(alone);
    }
  });

  it('sums each into its own, where they cannot be summed at once', async () => {
    const [rows, columns] = [9, 12];
    const gradOutput = uploadFloats(gpu, normalNumbers(rows * columns, 1), 'f32', 'gradOutput');
    const sum = uploadFloats(gpu, normalNumbers(rows * columns, 2), 'f32', 'sum');
    const row = uploadFloats(gpu, new Float32Array(rows).fill(1), 'f32', 'row');
    const weight = uploadFloats(gpu, new Float32Array(columns).fill(1), 'f32', 'weight');
    const gradSum = gpu.allocate('f32', rows * columns, 'gradSum');
    const given = { gradOutput, sum, mean: row, reciprocalStd: row, weight, gradSum, rows, columns } as const;
    const variant = 'workgroupPerRow';
    const [once, twice, other] = [1, 2, 3].map((number) => {
      const [joined] = gpu.allocateContiguous('f32', [128], 'gradients') as [GpuArray];
      const gradBias = number === 3 ? gpu.allocatePersistent('f32', columns, 'gradBias') : joined.view(64, columns);
      return { gradWeight: joined.view(0, columns), gradBias };
    }) as [Gradients, Gradients, Gradients];
    layerNormBackward(gpu, { ...given, ...once, variant });
    const sums = new LayerNormSums(gpu);
    for (const target of [twice, twice, other])
      layerNormBackward(gpu, { ...given, ...target, variant, sums, accumulate: true });
    sums.flush();
    const read = async ({ gradWeight, gradBias }: Gradients) => [
      ...(await readFloats(gpu, gradWeight, columns)),
      ...(await readFloats(gpu, gradBias, columns)),
    ];
    const expected = await read(once);
    expect(await read(other)).toEqual(expected);
    expect(await read(twice)).toEqual(expected.map((value) => 2 * value));
    expect(() => layerNormBackward(gpu, { ...given, ...once, variant, sums })).toThrow(/set accumulate/);
  });
});

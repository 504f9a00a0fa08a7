import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { where } from './index.ts';
import { whereReference } from './reference.ts';

describe('where', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  for (const type of ['f32', 'f16'] as const) {
    it.each([1, 3, 17, 63, 65, 129, 512])(`takes %i elements of ${type}, NaN among them`, async (length) => {
      const a = rounded(normalNumbers(length, 1), type);
      const b = rounded(normalNumbers(length, 2), type).fill(NaN, 0, 1);
      const chosen = Uint32Array.from({ length }, (_, index) => Number(index % 3 === 1));
      const condition = gpu.upload(chosen, 'u32', 'condition');
      const arrays = { a: uploadFloats(gpu, a, type, 'a'), b: uploadFloats(gpu, b, type, 'b') };
      const output = staleOutput(gpu, length, type, 'output');
      where(gpu, { condition, ...arrays, output, length });
      expect([...(await readFloats(gpu, output, length))]).toEqual([...whereReference(chosen, a, b)]);
      where(gpu, { condition, a: arrays.a, b: -1, output, length });
      const numbers = new Float64Array(length).fill(-1);
      expect([...(await readFloats(gpu, output, length))]).toEqual([...whereReference(chosen, a, numbers)]);
    });
  }

  it('takes whole numbers, and a condition that repeats', async () => {
    const condition = gpu.upload(Uint32Array.of(1, 0), 'u32', 'condition');
    const a = gpu.upload(Int32Array.of(1, 2, 3, -4, 5, 6), 'i32', 'a');
    const output = gpu.allocate('i32', 6, 'output');
    const broadcast = { extents: [2, 3], strides: { condition: [1, 0], a: [3, 1] } };
    where(gpu, { condition, a, b: -7, output, length: 6, broadcast });
    expect([...(await gpu.read(output)).subarray(0, 6)]).toEqual([1, 2, 3, -7, -7, -7]);
  });

  it('compiles in every type and width', () =>
    compileOnNull((nullGpu) => {
      for (const type of ['f32', 'f16', 'i32', 'u32'] as const) {
        for (const length of [7, 8]) {
          const array = (label: string) => nullGpu.allocate(type, 8, label);
          const condition = nullGpu.allocate('u32', 8, 'condition');
          where(nullGpu, { condition, a: array('a'), b: array('b'), output: array('output'), length });
          where(nullGpu, { condition, a: 1, b: 2, output: array('output'), length });
        }
      }
    }));
});

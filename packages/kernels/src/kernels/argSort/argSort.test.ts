import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu, GpuArray } from '../../index.ts';
import { rounded, uploadFloats } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { rowsOf } from '../reduce/reference.ts';
import { argSort } from './index.ts';
import { argSortReference } from './reference.ts';

const shapes = [
  { outer: 2, length: 0, inner: 1 },
  { outer: 3, length: 1, inner: 2 },
  { outer: 2, length: 2, inner: 3 },
  { outer: 3, length: 7, inner: 5 },
  { outer: 1, length: 64, inner: 1 },
  { outer: 9, length: 17, inner: 1 },
  { outer: 3, length: 65, inner: 3 },
  { outer: 1, length: 257, inner: 1 },
  { outer: 2, length: 1000, inner: 2 },
];

describe('argSort', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  async function check(
    shape: (typeof shapes)[number],
    values: ArrayLike<number>,
    input: GpuArray,
    descending: boolean,
  ) {
    const count = shape.outer * shape.length * shape.inner;
    const output = gpu.allocate('i32', Math.max(1, count), 'output');
    const expected = rowsOf(values, shape).map((row) => argSortReference(row, descending));
    for (const variant of ['element', 'share'] as const) {
      argSort(gpu, { input, output, descending, variant, ...shape });
      expect(rowsOf((await gpu.read(output)).subarray(0, count), shape), variant).toEqual(expected);
    }
  }

  describe.each([false, true])('descending %s', (descending) => {
    it.each(shapes)('of $outer x $length x $inner equals its reference', async (shape) => {
      const count = shape.outer * shape.length * shape.inner;
      // Halves of few bits: many values are equal.
      const values = rounded(normalNumbers(count, 1), 'f16').map((value) => Math.round(4 * value) / 4);
      for (const type of ['f32', 'f16'] as const)
        await check(shape, values, uploadFloats(gpu, values, type, 'input'), descending);
      const whole = Int32Array.from(values, (value) => 4 * value);
      if (count > 0) await check(shape, whole, gpu.upload(whole, 'i32', 'input'), descending);
    });

    it('puts NaN after infinity, and treats -0 as 0', async () => {
      const values = [NaN, 1, -0, Infinity, 0, -Infinity, NaN, -0, 2];
      await check({ outer: 1, length: 9, inner: 1 }, values, uploadFloats(gpu, values, 'f32', 'input'), descending);
    });

    it('sorts numbers beyond 2^31', async () => {
      const values = Uint32Array.of(5, 0xffffffff, 0, 0x80000000, 0x7fffffff);
      await check({ outer: 1, length: 5, inner: 1 }, values, gpu.upload(values, 'u32', 'input'), descending);
    });
  });

  it('names what does not fit', () => {
    const [input, output] = [gpu.allocate('f32', 3, 'short one'), gpu.allocate('i32', 8, 'output')];
    expect(() => argSort(gpu, { input, output, outer: 1, length: 4, inner: 1 })).toThrow(
      /argSort: input \(short one\) has 3 elements; \[outer 1, length 4, inner 1\] needs 4/,
    );
  });

  it('compiles for every type', () =>
    compileOnNull((nullGpu) => {
      for (const type of ['f32', 'f16', 'i32', 'u32'] as const) {
        for (const descending of [false, true]) {
          const [input, output] = [nullGpu.allocate(type, 600, 'input'), nullGpu.allocate('i32', 600, 'output')];
          for (const [outer, length] of [
            [2, 4],
            [1, 30],
            [1, 100],
            [1, 600],
          ] as const)
            for (const variant of ['element', 'share'] as const)
              argSort(nullGpu, { input, output, outer, length, inner: 1, descending, variant });
        }
      }
    }));
});

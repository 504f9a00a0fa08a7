import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { rowsOf } from '../reduce/reference.ts';
import { cumsum } from './index.ts';
import { cumsumReference } from './reference.ts';

const shapes = [
  { outer: 2, length: 0, inner: 3 },
  { outer: 1, length: 1, inner: 1 },
  { outer: 3, length: 7, inner: 5 },
  { outer: 2, length: 65, inner: 3 },
  { outer: 70, length: 200, inner: 1 },
  { outer: 2, length: 5000, inner: 1 },
  { outer: 1, length: 2100, inner: 3 },
];

describe('cumsum', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  describe.each(['f32', 'f16'] as const)('of %s', (type) => {
    it.each(shapes)('$outer x $length x $inner equals its reference, both ways', async (shape) => {
      const count = shape.outer * shape.length * shape.inner;
      const values = rounded(normalNumbers(count, 1), type);
      const input = uploadFloats(gpu, values, type, 'input');
      for (const [reversed, variant] of [
        [false, 'thread'],
        [true, 'thread'],
        [false, 'workgroup'],
        [true, 'workgroup'],
      ] as const) {
        const output = staleOutput(gpu, count, type, 'output');
        cumsum(gpu, { input, output, reversed, variant, ...shape });
        const actual = rowsOf(await readFloats(gpu, output, count), shape).flat();
        const expected = rowsOf(values, shape).flatMap((row) => cumsumReference(row, reversed));
        expectClose(actual, expected, { type, roundings: 64, magnitude: 8 });
      }
    });
  });

  it('gives the same bits every time, and exact sums of whole numbers', async () => {
    const length = 100_000;
    const values = Float32Array.from({ length }, (_, index) => (index % 7) - 3);
    const input = gpu.upload(values, 'f32', 'input');
    for (const variant of ['thread', 'workgroup'] as const) {
      const output = gpu.allocate('f32', length, 'output');
      cumsum(gpu, { input, output, outer: 1, length, inner: 1, variant });
      const sums = cumsumReference([...values], false);
      expect([...(await readFloats(gpu, output, length))]).toEqual(sums);
    }
    const random = uploadFloats(gpu, normalNumbers(length, 3), 'f32', 'random');
    const runs = [];
    for (let run = 0; run < 2; run++) {
      const output = gpu.allocate('f32', length, 'output');
      cumsum(gpu, { input: random, output, outer: 1, length, inner: 1 });
      runs.push(await readFloats(gpu, output, length));
    }
    expect(runs[0]).toEqual(runs[1]);
  });

  it('of whole numbers is exact, and wraps', async () => {
    const length = 5000;
    const values = Int32Array.from({ length }, (_, index) => (index % 7) * 2 ** 27 - 1);
    const input = gpu.upload(values, 'i32', 'input');
    const expected = cumsumReference([...values], false).map((sum) => sum | 0);
    for (const variant of ['thread', 'workgroup'] as const) {
      const output = gpu.allocate('i32', length, 'output');
      cumsum(gpu, { input, output, outer: 1, length, inner: 1, variant });
      expect([...((await gpu.read(output)) as Int32Array).subarray(0, length)]).toEqual(expected);
    }
  });

  it('names what does not fit', () => {
    const [input, output] = [gpu.allocate('f32', 3, 'short one'), gpu.allocate('f32', 4, 'output')];
    expect(() => cumsum(gpu, { input, output, outer: 1, length: 4, inner: 1 })).toThrow(
      /cumsum: input \(short one\) has 3 elements; \[outer 1, length 4, inner 1\] needs 4/,
    );
  });

  it('compiles in every type', () =>
    compileOnNull((nullGpu) => {
      for (const [type, result] of [
        ['f32', 'f32'],
        ['f16', 'f16'],
        ['i32', 'i32'],
        ['u32', 'i32'],
      ] as const) {
        const [input, output] = [nullGpu.allocate(type, 8, 'input'), nullGpu.allocate(result, 8, 'output')];
        for (const variant of ['thread', 'workgroup'] as const)
          cumsum(nullGpu, { input, output, outer: 2, length: 4, inner: 1, variant });
      }
    }));
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { rounded, uploadFloats } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { argmax } from './index.ts';
import { argmaxReference } from './reference.ts';

const types = ['f32', 'f16'] as const;

describe('argmax', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  async function run(values: Float32Array, rows: number, columns: number, type: 'f32' | 'f16' = 'f32') {
    const input = uploadFloats(gpu, values, type, 'input');
    const output = gpu.upload(new Int32Array(rows + 1).fill(-7), 'i32', 'output');
    argmax(gpu, { input, output, rows, columns });
    const result = (await gpu.read(output)) as Int32Array;
    for (const array of [input, output]) gpu.release(array);
    expect(result[rows]).toBe(-7);
    return result.slice(0, rows);
  }

  for (const type of types) {
    it.each([
      [1, 1],
      [3, 2],
      [65, 7],
      [200, 64],
    ])(`finds the greatest of %i rows of %i values of ${type}`, async (rows, columns) => {
      const values = Float32Array.from(rounded(normalNumbers(rows * columns, rows), type));
      expect(await run(values, rows, columns, type)).toEqual(argmaxReference(values, rows, columns));
    });
  }

  it.each([
    [[2, 5, 5, 1], 1],
    [[-0, 0, -1, -2], 0],
    [[-3, -Infinity, -2, -4], 2],
    [[-Infinity, -Infinity, -Infinity, -Infinity], 0],
    [[1, NaN, Infinity, NaN], 1],
    [[Infinity, -Infinity, 3, Infinity], 0],
  ])('takes %j as torch does', async (values, expected) => {
    expect([...(await run(Float32Array.from(values), 1, 4))]).toEqual([expected]);
    expect([...argmaxReference(values, 1, 4)]).toEqual([expected]);
  });

  it.each([
    [1, 1000],
    [3, 129],
    [65, 300],
  ])('finds the greatest of %i rows of %i values by many threads, as on GPUs', async (rows, columns) => {
    const values = normalNumbers(rows * columns, rows);
    // Equals, of which the first is taken, and a NaN in the last row.
    values[5] = values[columns - 1] = 99;
    if (rows > 1) values[rows * columns - 2] = NaN;
    const { profile } = gpu;
    Object.assign(gpu, { profile: { ...profile, software: false } });
    const programs: string[] = [];
    const { dispatch } = gpu;
    Object.assign(gpu, {
      dispatch: (asked: Parameters<typeof dispatch>[0]) => {
        programs.push(asked.program.key);
        dispatch.call(gpu, asked);
      },
    });
    try {
      expect(await run(values, rows, columns)).toEqual(argmaxReference(values, rows, columns));
    } finally {
      Reflect.deleteProperty(gpu, 'dispatch');
      Object.assign(gpu, { profile });
    }
    expect(programs).toHaveLength(2);
    for (const program of programs) expect(program).toMatch(/^argReduce/);
  });

  it('refuses rows without values, and another type of output', () => {
    const [input, output] = [gpu.allocate('f32', 8, 'input'), gpu.allocate('u32', 8, 'output')];
    expect(() => argmax(gpu, { input, output, rows: 2, columns: 0 })).toThrow(/argmax: columns is 0/);
    expect(() => argmax(gpu, { input, output, rows: 2, columns: 4 })).toThrow(/argmax: output \(output\) holds u32/);
  });

  it('compiles in every type', () =>
    compileOnNull((nullGpu) => {
      for (const type of types)
        argmax(nullGpu, {
          input: nullGpu.allocate(type, 8, 'input'),
          output: nullGpu.allocate('i32', 2, 'output'),
          rows: 2,
          columns: 4,
        });
    }));
});

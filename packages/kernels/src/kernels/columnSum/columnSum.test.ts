import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnSum, openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import type { FloatType } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { columnSumReference } from './reference.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

const sizes = [1, 3, 17, 63, 65, 129];
const shapes = [
  ...sizes.flatMap(
    (size) =>
      [
        [size, 17],
        [size, 12],
        [33, size],
      ] as const,
  ),
  [512, 128],
  [1, 512],
  [5000, 4],
  [900, 12],
  [900, 40],
  [300_000, 1],
  [0, 5],
  [0, 8],
  [7, 0],
] as const;

/** Additions that one value goes through at most: in blocks of 64, in sums of blocks, and so on. */
const roundings = 3 * 64;

interface Case {
  readonly rows: number;
  readonly columns: number;
  readonly type?: FloatType;
  readonly accumulate?: boolean;
  readonly factor?: number;
  readonly magnitude?: number;
}

async function check({ rows, columns, type = 'f32', accumulate = false, factor = 1, magnitude = 1 }: Case) {
  const values = rounded(
    normalNumbers(rows * columns, rows + columns, { deviation: magnitude, mean: magnitude / 4 }),
    type,
  );
  const before = accumulate ? normalNumbers(columns, 5) : new Float32Array(columns);
  const input = uploadFloats(gpu, values, type, 'input');
  const output = accumulate ? uploadFloats(gpu, before, 'f32', 'output') : staleOutput(gpu, columns, 'f32', 'output');
  columnSum(gpu, { input, output, rows, columns, factor, accumulate });
  const written = await readFloats(gpu, output, output.length);
  const expected = columnSumReference(values, rows, columns).map(
    (sum, column) => factor * sum + (before[column] as number),
  );
  const sums = columnSumReference(values.map(Math.abs), rows, columns).map(
    (sum, column) => sum + Math.abs(before[column] as number),
  );
  expectClose(written.subarray(0, columns), expected, { roundings, magnitude: sums }, `${rows} x ${columns}`);
  expect(written.subarray(columns).every(Number.isNaN)).toBe(true);
  gpu.release(input);
  gpu.release(output);
}

/** GPUs sum by trees. */
describe.each([true, false])('columnSum, on an adapter of software: %s', (software) => {
  let profile: Gpu['profile'];
  beforeAll(() => {
    ({ profile } = gpu);
    Object.assign(gpu, { profile: { ...profile, software } });
  });
  afterAll(() => Object.assign(gpu, { profile }));

  it('equals the reference for every shape', async () => {
    for (const [rows, columns] of shapes) await check({ rows, columns });
  });
  it('adds to what is there', async () => {
    for (const [rows, columns] of [
      [129, 17],
      [65, 12],
      [3, 8],
      [0, 5],
    ] as const)
      await check({ rows, columns, accumulate: true });
  });
  it('multiplies each sum once, however many blocks it is of', async () => {
    for (const [rows, columns] of [
      [17, 3],
      [129, 12],
      [5000, 4],
      [900, 12],
      [900, 40],
      [0, 5],
    ] as const)
      for (const accumulate of [false, true]) await check({ rows, columns, factor: -0.75, accumulate });
  });
  it('takes f16', async () => {
    for (const [rows, columns] of [
      [129, 17],
      [65, 12],
    ] as const)
      await check({ rows, columns, type: 'f16' });
  });
  it('keeps large and small magnitudes', async () => {
    for (const magnitude of [1e30, 1e-30]) await check({ rows: 129, columns: 12, magnitude });
  });
  it('is the same to the bit in every run', async () => {
    const input = uploadFloats(gpu, normalNumbers(5000, 1), 'f32', 'input');
    const results: Float32Array[] = [];
    for (let run = 0; run < 2; run++) {
      const output = staleOutput(gpu, 5, 'f32', 'output');
      columnSum(gpu, { input, output, rows: 1000, columns: 5 });
      results.push(await readFloats(gpu, output, 5));
    }
    expect(results[1]).toEqual(results[0]);
  });
  it('refuses what does not fit, naming it', () => {
    const input = gpu.allocate('f32', 8, 'input');
    const output = gpu.allocate('f32', 2, 'output');
    expect(() => columnSum(gpu, { input, output, rows: 3, columns: 4 })).toThrow(
      'columnSum: input (input) has 8 elements; [rows 3, columns 4] needs 12',
    );
    expect(() => columnSum(gpu, { input, output, rows: 2, columns: 4 })).toThrow(
      'columnSum: output (output) has 2 elements',
    );
    expect(() => columnSum(gpu, { input, output: input, rows: 2, columns: 4 })).toThrow(/shares memory/);
    expect(() => columnSum(gpu, { input, output, rows: -1, columns: 4 })).toThrow(
      /columnSum: rows must be a whole number from 0 to 4294967295; got -1/,
    );
  });
  it('compiles', () =>
    compileOnNull((nullGpu) => {
      Object.assign(nullGpu, { profile: { ...nullGpu.profile, software } });
      const output = nullGpu.allocate('f32', 64, 'output');
      for (const type of ['f32', 'f16'] as const) {
        const input = nullGpu.allocate(type, 64 * 64, 'input');
        for (const columns of [3, 64])
          for (const accumulate of [false, true])
            columnSum(nullGpu, { input, output, rows: 64, columns, factor: accumulate ? 2 : 1, accumulate });
      }
    }));
});

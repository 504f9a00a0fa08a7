import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../../index.ts';
import { createOptimizerState, optimizerUpdate, readOptimizerState } from '../../../internal.ts';
import type { Gpu } from '../../../index.ts';
import { uploadFloats } from '../../../testing/arrays.ts';
import { expectClose } from '../../../testing/expectClose.ts';
import { normalNumbers } from '../../../testing/numbers.ts';
import { globalNormReference } from '../reference.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

/** The norm that an update finds. */
async function normOf(arrays: readonly ArrayLike<number>[]): Promise<number> {
  using state = createOptimizerState(gpu, { learningRates: [0], groups: [{ weightDecay: 0 }], recordCapacity: 1 });
  const segments = arrays.map((values) => {
    const zeros = (label: string) => gpu.allocate('f32', values.length, label);
    return {
      gradients: uploadFloats(gpu, values, 'f32', 'gradients'),
      weights: zeros('weights'),
      expAvg: zeros('expAvg'),
      expAvgSq: zeros('expAvgSq'),
      groupIds: gpu.upload(new Uint32Array(values.length / 64), 'u32', 'groupIds'),
      length: values.length,
    };
  });
  optimizerUpdate(gpu, { state, segments });
  const { records } = await readOptimizerState(gpu, state);
  for (const { length: _, ...owned } of segments) for (const array of Object.values(owned)) gpu.release(array);
  return records[0]?.gradNorm ?? NaN;
}

/** On GPUs workgroups sum up, on processors threads. */
describe.each([true, false])('the global norm of an update, on an adapter of software: %s', (software) => {
  let profile: Gpu['profile'];
  beforeAll(() => {
    ({ profile } = gpu);
    Object.assign(gpu, { profile: { ...profile, software } });
  });
  afterAll(() => Object.assign(gpu, { profile }));

  for (const length of [0, 64, 192, 1088, 32768, 32832, 33 * 65536 + 64]) {
    it(`is right for ${length} values`, async () => {
      const values = normalNumbers(length, length);
      // A thread adds 8 + 16 + 2 terms, later stages 8 + 8 each; the root halves the relative
      // error.
      expectClose([await normOf([values])], [globalNormReference([values])], { roundings: 32 });
    });
  }

  it('has a relative error below 1e-6 for ten million values of one sign and size', async () => {
    const values = normalNumbers(65536, 1, { mean: 1, deviation: 0.1 });
    const many = new Float32Array(10_000_000 - (10_000_000 % 64));
    for (let index = 0; index < many.length; index++) many[index] = values[index % 65536] as number;
    const expected = globalNormReference([many]);
    expect(Math.abs((await normOf([many])) / expected - 1)).toBeLessThan(1e-6);
  });

  it('takes two dispatches of GPUs', async () => {
    const { dispatches } = gpu.statistics;
    await normOf([normalNumbers(9 * 65536, 1)]);
    // With the update itself.
    expect(gpu.statistics.dispatches - dispatches).toBe(software ? 4 : 3);
  });

  it('counts every segment', async () => {
    const arrays = [64, 4096, 0, 70016].map((length, seed) => normalNumbers(length, seed));
    expectClose([await normOf(arrays)], [globalNormReference(arrays)], { roundings: 32 });
  });

  for (const magnitude of [1e-37, 1e-30, 1e-20, 1e-12, 2 ** -40, 2 ** 40, 1e12, 1e20, 1e25, 1e34]) {
    it(`neither overflows nor underflows at ${magnitude}`, async () => {
      const values = normalNumbers(4096, 3).map((value) => value * magnitude);
      expectClose([await normOf([values])], [globalNormReference([values])], { roundings: 32 });
    });
  }

  it('adds magnitudes that no one scale fits', async () => {
    for (const magnitudes of [
      [1e-30, 1],
      [1e30, 1],
      [1e-30, 1e30],
      [2 ** -41, 2 ** -39],
      [2 ** 39, 2 ** 41],
    ]) {
      const arrays = magnitudes.map((magnitude, seed) => normalNumbers(8192, seed).map((value) => value * magnitude));
      expectClose([await normOf(arrays)], [globalNormReference(arrays)], { roundings: 32 });
    }
  });

  it('is infinite with an infinity, or where f32 ends, and NaN with a NaN, anywhere', async () => {
    for (const [bad, expected] of [
      [Infinity, Infinity],
      [-Infinity, Infinity],
      [NaN, NaN],
    ] as const) {
      for (const index of [0, 3, 32767, 32768, 40063]) {
        const values = normalNumbers(40064, 5);
        values[index] = bad;
        expect(await normOf([values])).toBe(expected);
      }
    }
    expect(await normOf([Float32Array.from({ length: 64 }, (_, index) => (index === 0 ? NaN : Infinity))])).toBe(NaN);
    expect(await normOf([new Float32Array(640).fill(3e38)])).toBe(Infinity);
  });
});

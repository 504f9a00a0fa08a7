import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats, uploadIndices } from '../../testing/arrays.ts';
import type { FloatType } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { uniformNoise } from './index.ts';
import { uniformNoiseReference } from './reference.ts';

const sizes = [1, 3, 17, 63, 65, 129, 512];
const types: FloatType[] = ['f32', 'f16'];
const [seed, update, site] = [42, 7, 2 ** 31];
/** Two examples, so that positions repeat. */
const keysOf = (rows: number) => Uint32Array.from({ length: rows }, (_, row) => ((row % 2) << 16) | (row >> 1));

describe('uniformNoise', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  const record = (on: Gpu, input: ArrayLike<number>, rows: number, columns: number, how: Record<string, number>) => {
    const random = {
      state: on.upload(Uint32Array.of(seed, how['update'] ?? update, 0, 0), 'u32', 'state'),
      tokenKeys: uploadIndices(on, keysOf(rows), 'keys'),
    };
    const type = how['half'] ? 'f16' : 'f32';
    const output = staleOutput(on, rows * columns, type, 'output');
    const given = uploadFloats(on, input, type, 'input');
    uniformNoise(on, { input: given, output, rows, columns, magnitude: how['magnitude'] ?? 0.5, site, random });
    return output;
  };
  const run = async (input: ArrayLike<number>, rows: number, columns: number, how: Record<string, number> = {}) =>
    gpu.scope(() => readFloats(gpu, record(gpu, input, rows, columns, how), rows * columns));

  for (const type of types) {
    for (const columns of [17, 64]) {
      it.each(sizes)(`adds what the reference adds to %i rows of ${columns} columns of ${type}`, async (rows) => {
        const input = rounded(normalNumbers(rows * columns, rows), type);
        const noise = { magnitude: 0.5, site, seed, update, tokenKeys: keysOf(rows) };
        const expected = uniformNoiseReference(input, { rows, columns, noise });
        expectClose(await run(input, rows, columns, { half: Number(type === 'f16') }), expected, {
          type,
          roundings: 2,
        });
      });
    }
  }

  it('is uniform below its magnitude, and another in another update', async () => {
    const [rows, columns, magnitude] = [512, 256, 0.25];
    const zeros = new Float32Array(rows * columns);
    const noise = await run(zeros, rows, columns, { magnitude });
    const count = noise.length;
    const mean = noise.reduce((sum, value) => sum + value, 0) / count;
    const variance = noise.reduce((sum, value) => sum + value ** 2, 0) / count;
    // Five standard deviations of a mean.
    expect(Math.abs(mean)).toBeLessThan((5 * magnitude) / Math.sqrt(3 * count));
    expect(Math.abs((3 * variance) / magnitude ** 2 - 1)).toBeLessThan(5 * Math.sqrt(4 / 5 / count));
    expect(noise.every((value) => value >= -magnitude && value <= magnitude)).toBe(true);
    expect(await run(zeros, rows, columns, { magnitude })).toEqual(noise);
    expect(await run(zeros, rows, columns, { magnitude, update: 8 })).not.toEqual(noise);
  });

  it('keeps what is huge or no number, and does nothing at magnitude 0 or without rows', async () => {
    const input = Float32Array.of(1e38, -1e38, Infinity, NaN);
    expect(await run(input, 1, 4)).toEqual(input);
    expect(await run(normalNumbers(65 * 17, 1), 65, 17, { magnitude: 0 })).toEqual(normalNumbers(65 * 17, 1));
    expect(await run([], 0, 17)).toHaveLength(0);
    await expect(run(input, 1, 4, { magnitude: -1 })).rejects.toThrow(
      /magnitude must be a number of at least 0; got -1/,
    );
  });

  it('compiles for every access to elements', async () => {
    await compileOnNull((on) => {
      for (const columns of [17, 64])
        for (const half of [0, 1]) record(on, normalNumbers(3 * columns, 1), 3, columns, { half });
    });
  });
});

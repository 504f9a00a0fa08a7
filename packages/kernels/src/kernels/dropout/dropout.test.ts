import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats, uploadIndices } from '../../testing/arrays.ts';
import type { FloatType } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { dropout } from './index.ts';
import { dropoutReference } from './reference.ts';

const sizes = [1, 3, 17, 63, 65, 129];
const types: FloatType[] = ['f32', 'f16'];
const [seed, update, site] = [42, 7, 3];
/** Two examples, so that positions repeat. */
const keysOf = (rows: number) => Uint32Array.from({ length: rows }, (_, row) => ((row % 2) << 16) | (row >> 1));

describe('dropout', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  const run = async (
    input: ArrayLike<number>,
    rows: number,
    columns: number,
    probability: number,
    type: FloatType = 'f32',
  ) =>
    gpu.scope(() => {
      const random = {
        state: gpu.upload(Uint32Array.of(seed, update, 0, 0), 'u32', 'state'),
        tokenKeys: uploadIndices(gpu, keysOf(rows), 'keys'),
      };
      const output = staleOutput(gpu, rows * columns, type, 'output');
      dropout(gpu, {
        input: uploadFloats(gpu, input, type, 'input'),
        output,
        rows,
        columns,
        dropout: { probability, site, random },
      });
      return readFloats(gpu, output, rows * columns);
    });

  for (const type of types) {
    for (const columns of [17, 64]) {
      it.each([...sizes, 512])(
        `drops what the reference drops in %i rows of ${columns} columns of ${type}`,
        async (rows) => {
          const input = rounded(normalNumbers(rows * columns, rows), type);
          const expected = dropoutReference(input, {
            rows,
            columns,
            dropout: { probability: 0.3, site, seed, update, tokenKeys: keysOf(rows) },
          });
          expectClose(await run(input, rows, columns, 0.3, type), expected, { type, roundings: 2 });
        },
      );
    }
  }

  it('keeps everything as it is at probability 0', async () => {
    const input = normalNumbers(65 * 17, 1);
    expect(await run(input, 65, 17, 0)).toEqual(input);
  });

  it.each([0.1, 0.5, 0.9])('drops a part of %f, alike in every row and column', async (probability) => {
    const [rows, columns] = [512, 256];
    const output = await run(new Float32Array(rows * columns).fill(1), rows, columns, probability);
    // Five standard deviations of a binomial distribution.
    const within = (dropped: number, count: number) =>
      expect(Math.abs(dropped / count - probability)).toBeLessThan(
        5 * Math.sqrt((probability * (1 - probability)) / count),
      );
    within(output.filter((value) => value === 0).length, rows * columns);
    for (let row = 0; row < rows; row++)
      within(output.subarray(row * columns, (row + 1) * columns).filter((value) => value === 0).length, columns);
    for (let column = 0; column < columns; column++)
      within(output.filter((value, index) => index % columns === column && value === 0).length, rows);
    expect(output.every((value) => value === 0 || value === Math.fround(1 / (1 - probability)))).toBe(true);
  });

  it('refuses probabilities outside [0, 1)', async () => {
    await expect(run([1], 1, 1, 1)).rejects.toThrow(
      /dropout: dropout: probability must be a number of at least 0 and below 1; got 1/,
    );
    await expect(run([1], 1, 1, -0.1)).rejects.toThrow(
      /probability must be a number of at least 0 and below 1; got -0.1/,
    );
  });

  it('compiles in every type and width', async () => {
    await compileOnNull((nullGpu) => {
      for (const type of types) {
        for (const columns of [7, 8]) {
          const random = { state: nullGpu.allocate('u32', 4, 'state'), tokenKeys: nullGpu.allocate('u32', 4, 'keys') };
          const [input, output] = [nullGpu.allocate(type, 32, 'input'), nullGpu.allocate('f32', 32, 'output')];
          dropout(nullGpu, { input, output, rows: 4, columns, dropout: { probability: 0.1, site: 1, random } });
        }
      }
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats, uploadIndices } from '../../testing/arrays.ts';
import type { FloatType } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { gatherRows, scatterRows } from './index.ts';
import { gatherRowsReference, scatterRowsReference } from './reference.ts';

const sizes = [1, 3, 17, 63, 65, 129];
const types: FloatType[] = ['f32', 'f16'];

describe('gatherRows and scatterRows', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  for (const type of types) {
    for (const columns of [17, 64]) {
      it.each([...sizes, 512])(`move %i rows of ${columns} columns of ${type}`, async (rows) => {
        const indices = Uint32Array.from({ length: rows }, (_, index) => 3 * (rows - 1 - index));
        const inputRows = 3 * rows;
        const input = rounded(normalNumbers(inputRows * columns, columns), type);
        const gathered = staleOutput(gpu, rows * columns, type, 'gathered');
        const [inputArray, indexArray] = [
          uploadFloats(gpu, input, type, 'input'),
          uploadIndices(gpu, indices, 'indices'),
        ];
        gatherRows(gpu, { input: inputArray, indices: indexArray, output: gathered, rows, columns });
        const expected = gatherRowsReference(input, indices, columns);
        expect(Float64Array.from(await readFloats(gpu, gathered, rows * columns))).toEqual(expected);
        const scattered = staleOutput(gpu, inputRows * columns, type, 'scattered');
        scatterRows(gpu, {
          input: gathered,
          indices: indexArray,
          output: scattered,
          rows,
          outputRows: inputRows,
          columns,
        });
        const restored = await readFloats(gpu, scattered, inputRows * columns);
        expect(Float64Array.from(restored)).toEqual(
          scatterRowsReference(expected, indices, { outputRows: inputRows, columns }),
        );
        for (const array of [inputArray, indexArray, gathered, scattered]) gpu.release(array);
      });
    }
  }

  it('refuse indices of another type, and arrays that are too short', () => {
    const [input, output] = [gpu.allocate('f32', 8, 'input'), gpu.allocate('f32', 8, 'output')];
    const signed = gpu.allocate('i32', 4, 'signed');
    expect(() => gatherRows(gpu, { input, indices: signed, output, rows: 2, columns: 4 })).toThrow(
      /gatherRows: indices \(signed\) holds i32; it must hold u32/,
    );
    const indices = gpu.allocate('u32', 4, 'indices');
    expect(() => gatherRows(gpu, { input, indices, output, rows: 4, columns: 4 })).toThrow(
      /gatherRows: output \(output\) has 8 elements; \[rows 4, columns 4\] needs 16/,
    );
    expect(() => scatterRows(gpu, { input, indices, output, rows: 2, outputRows: 5, columns: 4 })).toThrow(
      /\[outputRows 5, columns 4\] needs 20/,
    );
  });

  it('compile in every type and width', async () => {
    await compileOnNull((nullGpu) => {
      for (const type of types) {
        for (const columns of [7, 8]) {
          const [input, indices, output] = [
            nullGpu.allocate(type, 64, 'input'),
            nullGpu.allocate('u32', 4, 'indices'),
            nullGpu.allocate('f32', 64, 'output'),
          ];
          gatherRows(nullGpu, { input, indices, output, rows: 4, columns });
          scatterRows(nullGpu, { input, indices, output, rows: 4, outputRows: 8, columns });
        }
      }
    });
  });
});

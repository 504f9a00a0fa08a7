import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats, uploadIndices } from '../../testing/arrays.ts';
import type { FloatType } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { segmentIds, uploadSegments } from '../segmentSum/index.ts';
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
          segments: uploadSegments(gpu, segmentIds(indices)),
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

  for (const type of types) {
    for (const columns of [7, 64]) {
      it(`add the rows of an index that repeats, alike on every run: ${columns} columns of ${type}`, async () => {
        const rows = 150;
        // Row 2 is gathered 100 times, which takes two stages; 0 and 1 some times; 5 and 6 never.
        const indices = Uint32Array.from({ length: rows }, (_, row) => (row % 3 > 0 ? 2 : row % 5));
        const input = rounded(normalNumbers(rows * columns, columns), type);
        const inputArray = uploadFloats(gpu, input, type, 'input');
        const run = async () => {
          const output = staleOutput(gpu, 7 * columns, type, 'output');
          const segments = uploadSegments(gpu, segmentIds(indices));
          scatterRows(gpu, { input: inputArray, segments, output, rows, outputRows: 7, columns });
          const result = await readFloats(gpu, output, 7 * columns);
          for (const array of [output, segments.words]) gpu.release(array);
          return result;
        };
        const actual = await run();
        const shape = { outputRows: 7, columns };
        const magnitude = scatterRowsReference(input.map(Math.abs), indices, shape);
        expectClose(actual, scatterRowsReference(input, indices, shape), { type, roundings: 64, magnitude });
        expect(await run()).toEqual(actual);
        gpu.release(inputArray);
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
    const segments = uploadSegments(gpu, segmentIds(Uint32Array.of(0, 4)));
    expect(() => scatterRows(gpu, { input, segments, output, rows: 2, outputRows: 5, columns: 4 })).toThrow(
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
          const segments = uploadSegments(nullGpu, segmentIds(Uint32Array.of(1, 0, 1, 7)));
          scatterRows(nullGpu, { input, segments, output, rows: 4, outputRows: 8, columns });
        }
      }
    });
  });
});

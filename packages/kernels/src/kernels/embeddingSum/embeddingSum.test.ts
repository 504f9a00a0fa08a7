import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  embeddingBackward,
  embeddingSum,
  KernelArgumentError,
  openDevice,
  segmentIds,
  uploadSegments,
} from '../../index.ts';
import type { Gpu, GpuArray } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats, uploadIndices } from '../../testing/arrays.ts';
import type { FloatType } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { expectGradient } from '../../testing/expectGradient.ts';
import { normalNumbers, uniformNumbers } from '../../testing/numbers.ts';
import { embeddingBackwardReference, embeddingSumReference } from './reference.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

function randomIds(count: number, below: number, seed: number): Uint32Array {
  const uniform = uniformNumbers(seed);
  return Uint32Array.from({ length: count }, () => Math.floor(uniform() * below));
}

const shapes = [1, 3, 17, 63, 65, 129].flatMap((size) => [
  { rows: size, columns: 64 },
  { rows: 17, columns: size },
]);
shapes.push({ rows: 1, columns: 1 }, { rows: 512, columns: 128 }, { rows: 0, columns: 8 }, { rows: 3, columns: 768 });

describe('embeddingSum', () => {
  interface Case {
    readonly rows: number;
    readonly columns: number;
    readonly tableRows: readonly number[];
    readonly type: FloatType;
    readonly magnitude?: number;
  }

  async function check({ rows, columns, tableRows, type, magnitude = 1 }: Case) {
    const tables = tableRows.map((count, seed) => normalNumbers(count * columns, seed + 1, { deviation: magnitude }));
    const ids = tableRows.map((count, seed) => randomIds(rows, count, seed + 10));
    const output = staleOutput(gpu, rows * columns, type, 'output');
    const arrays = [
      ...tables.map((values) => gpu.upload(values, 'f32', 'table')),
      ...ids.map((values) => uploadIndices(gpu, values, 'ids')),
    ];
    embeddingSum(gpu, {
      tables: arrays.slice(0, tables.length),
      ids: arrays.slice(tables.length),
      output,
      rows,
      columns,
    });
    const expected = embeddingSumReference(tables, ids, rows, columns);
    // Two additions; terms may cancel.
    expectClose(
      await readFloats(gpu, output, rows * columns),
      expected,
      { type, roundings: 2 * 2, magnitude: 4 * magnitude },
      `${rows} x ${columns}`,
    );
    for (const array of [output, ...arrays]) gpu.release(array);
  }

  for (const type of ['f32', 'f16'] as const) {
    for (const { rows, columns } of shapes)
      it(`equals the reference: ${rows} x ${columns}, ${type}`, () =>
        check({ rows, columns, tableRows: [100, 512, 2], type }));
  }
  const shape = { rows: 65, columns: 20 };
  for (const count of [1, 2, 4])
    it(`takes ${count} tables`, () => check({ ...shape, tableRows: [7, 30, 2, 5].slice(0, count), type: 'f32' }));
  it('keeps large magnitudes', () => check({ ...shape, tableRows: [7, 30, 2], type: 'f32', magnitude: 1e30 }));

  it('takes tables that are views of one arena', async () => {
    const arena = gpu.upload(normalNumbers(1024, 4), 'f32', 'arena');
    const values = (await gpu.read(arena)) as Float32Array;
    const ids = [randomIds(17, 10, 1), randomIds(17, 20, 2)];
    const output = staleOutput(gpu, 17 * 20, 'f32', 'output');
    const tables = [arena.view(64, 200), arena.view(320, 400)];
    embeddingSum(gpu, {
      tables,
      ids: ids.map((array) => uploadIndices(gpu, array, 'ids')),
      output,
      rows: 17,
      columns: 20,
    });
    const expected = embeddingSumReference([values.subarray(64, 264), values.subarray(320, 720)], ids, 17, 20);
    expectClose(await readFloats(gpu, output, 340), expected, { roundings: 2, magnitude: 4 });
  });

  it('refuses what does not fit, naming it', () => {
    const table = gpu.allocate('f32', 80, 'words');
    const ids = gpu.allocate('u32', 4, 'ids');
    const output = gpu.allocate('f32', 40, 'output');
    expect(() => embeddingSum(gpu, { tables: [table], ids: [ids], output, rows: 5, columns: 8 })).toThrow(
      'embeddingSum: ids (ids) has 4 elements; [rows 5] needs 5',
    );
    expect(() => embeddingSum(gpu, { tables: [table], ids: [], output, rows: 4, columns: 8 })).toThrow(
      KernelArgumentError,
    );
    expect(() => embeddingSum(gpu, { tables: [table], ids: [ids], output: table, rows: 4, columns: 8 })).toThrow(
      /words is written/,
    );
    for (const array of [table, ids, output]) gpu.release(array);
  });
});

/** On GPUs long segments are summed by trees. */
describe.each([true, false])('embeddingBackward, on an adapter of software: %s', (software) => {
  let profile: Gpu['profile'];
  beforeAll(() => {
    ({ profile } = gpu);
    Object.assign(gpu, { profile: { ...profile, software } });
  });
  afterAll(() => Object.assign(gpu, { profile }));

  interface Case {
    readonly rows: number;
    readonly columns: number;
    readonly tableRows: number;
    readonly type?: FloatType;
    readonly magnitude?: number;
    readonly accumulate?: boolean;
    readonly paddingIndex?: number;
  }

  async function run({ rows, columns, tableRows, type = 'f32', magnitude = 1, accumulate, paddingIndex }: Case) {
    const ids = randomIds(rows, tableRows, rows + columns);
    const gradients = normalNumbers(rows * columns, 5, { deviation: magnitude });
    const before = normalNumbers(tableRows * columns, 6);
    const arena = gpu.upload(Float32Array.of(...new Float32Array(64).fill(NaN), ...before, NaN, NaN), 'f32', 'arena');
    const gradTable = arena.view(64, tableRows * columns, 'gradTable');
    const gradOutput = uploadFloats(gpu, gradients, type, 'gradOutput');
    const segments = uploadSegments(gpu, segmentIds(ids, paddingIndex));
    embeddingBackward(gpu, { gradOutput, gradTable, segments, rows, columns, accumulate });
    const actual = (await readFloats(gpu, arena, 64 + tableRows * columns)).subarray(64);
    const shape = { rows, columns, tableRows, paddingIndex };
    const sums = embeddingBackwardReference(rounded(gradients, type), ids, shape);
    const sizes = embeddingBackwardReference(rounded(gradients, type).map(Math.abs), ids, shape);
    const expected = sums.map((sum, index) => {
      const untouched = !ids.includes(Math.floor(index / columns)) || Math.floor(index / columns) === paddingIndex;
      return sum + (accumulate === false && !untouched ? 0 : (before[index] as number));
    });
    for (const array of [arena, gradOutput, segments.words]) gpu.release(array);
    return { actual, expected, magnitude: sizes.map((size, index) => size + Math.abs(before[index] as number)) };
  }

  // Within a chunk and over the chunks of a chunk at most 32 additions each follow a term, relative
  // to the sum of magnitudes.
  async function check(options: Case) {
    const { actual, expected, magnitude } = await run(options);
    expectClose(actual, expected, { roundings: 32 + 32, magnitude }, JSON.stringify(options));
  }

  for (const { rows, columns } of shapes) {
    it(`equals the reference: ${rows} x ${columns}`, async () => {
      for (const tableRows of [1, 2, 100]) await check({ rows, columns, tableRows });
    });
  }
  it('reads f16 gradients', async () => {
    await check({ rows: 129, columns: 20, tableRows: 3, type: 'f16' });
    await check({ rows: 129, columns: 7, tableRows: 30, type: 'f16' });
  });
  it('sums thousands of rows of one id', () => check({ rows: 5000, columns: 12, tableRows: 2 }));
  it('keeps large magnitudes', () => check({ rows: 129, columns: 20, tableRows: 3, magnitude: 1e30 }));
  it('overwrites only the rows of ids that occur', () =>
    check({ rows: 70, columns: 20, tableRows: 40, accumulate: false }));
  it('overwrites long segments', () => check({ rows: 200, columns: 20, tableRows: 2, accumulate: false }));
  it('gives the padding no gradient', () => check({ rows: 200, columns: 20, tableRows: 4, paddingIndex: 0 }));

  it.each([
    [512, 128],
    [33, 7],
    [0, 4],
  ])('of three tables at once has the bits of one by one: %i x %i', async (rows, columns) => {
    const tableRows = [100, 40, 2];
    const gradOutput = uploadFloats(gpu, normalNumbers(rows * columns, 5), 'f32', 'gradOutput');
    const segmentsOf = tableRows.map((count, table) => segmentIds(randomIds(rows, count, table + 1), table));
    for (const accumulate of [true, false]) {
      const tables = () =>
        tableRows.map((count, table) =>
          uploadFloats(gpu, normalNumbers(count * columns, 9 + table), 'f32', 'gradTable'),
        );
      const [together, apart] = [tables(), tables()];
      const common = { gradOutput, rows, columns, accumulate };
      embeddingBackward(gpu, { ...common, gradTable: together, segments: uploadSegments(gpu, ...segmentsOf) });
      for (const [table, gradTable] of apart.entries()) {
        const segments = uploadSegments(gpu, segmentsOf[table] as (typeof segmentsOf)[number]);
        embeddingBackward(gpu, { ...common, gradTable, segments });
      }
      for (const [table, count] of tableRows.entries()) {
        const read = (arrays: GpuArray[]) => readFloats(gpu, arrays[table] as GpuArray, count * columns);
        expect(await read(together)).toEqual(await read(apart));
      }
    }
  });

  it('refuses more tables than segments, and more outputs than all adapters bind', () => {
    const gradOutput = gpu.allocate('f32', 8, 'gradOutput');
    const gradTable = [gradOutput, gradOutput].map(() => gpu.allocate('f32', 16, 'gradTable'));
    const ids = segmentIds(Uint32Array.of(1, 2));
    const segments = uploadSegments(gpu, ids);
    const given = { gradOutput, gradTable, segments, rows: 2, columns: 4 };
    expect(() => embeddingBackward(gpu, given)).toThrow(/2 arrays as gradTable for segments of 1/);
    expect(() => uploadSegments(gpu, ids, ids, ids, ids, ids)).toThrow(/5 outputs; it takes 1 to 4/);
    expect(() => uploadSegments(gpu, segmentIds(new Uint32Array(0)), segmentIds(Uint32Array.of(1)))).not.toThrow();
    for (const array of [gradOutput, ...gradTable, segments.words]) gpu.release(array);
  });

  it('gives the same bits on every run', async () => {
    const options = { rows: 512, columns: 128, tableRows: 9 };
    expect((await run(options)).actual).toEqual((await run(options)).actual);
  });

  it('is the derivative of embeddingSum', () => {
    const [rows, columns, tableRows] = [5, 3, 4];
    const table = Float64Array.from(normalNumbers(tableRows * columns, 1));
    const ids = randomIds(rows, tableRows, 2);
    const gradOutput = normalNumbers(rows * columns, 3);
    const gradTable = embeddingBackwardReference(gradOutput, ids, { rows, columns, tableRows });
    const loss = (values: Float64Array) =>
      embeddingSumReference([values], [ids], rows, columns).reduce(
        (sum, value, index) => sum + value * (gradOutput[index] as number),
        0,
      );
    expectGradient(loss, table, gradTable);
  });

  it('refuses a table that is too short for its ids, naming it', () => {
    const gradOutput = gpu.allocate('f32', 8, 'gradOutput');
    const gradTable = gpu.allocate('f32', 16, 'gradTable');
    const segments = uploadSegments(gpu, segmentIds(Uint32Array.of(1, 4)));
    expect(() => embeddingBackward(gpu, { gradOutput, gradTable, segments, rows: 2, columns: 4 })).toThrow(
      'embeddingBackward: gradTable (gradTable) has 16 elements; [table rows 5, columns 4] needs 20',
    );
    for (const array of [gradOutput, gradTable, segments.words]) gpu.release(array);
  });
});

it('every variant compiles', () =>
  compileOnNull((nullGpu) => {
    const segments = uploadSegments(nullGpu, segmentIds(new Uint32Array(100)));
    for (const type of ['f32', 'f16'] as const) {
      for (const columns of [3, 4]) {
        const arrays = Array.from({ length: 3 }, () => nullGpu.allocate('f32', 400, 'table'));
        const ids = Array.from({ length: 3 }, () => nullGpu.allocate('u32', 100, 'ids'));
        const output = nullGpu.allocate(type, 400, 'output');
        for (const count of [1, 2, 3])
          embeddingSum(nullGpu, {
            tables: arrays.slice(0, count),
            ids: ids.slice(0, count),
            output,
            rows: 100,
            columns,
          });
        embeddingBackward(nullGpu, {
          gradOutput: output,
          gradTable: arrays[0] as (typeof arrays)[number],
          segments,
          rows: 100,
          columns,
        });
      }
    }
  }));

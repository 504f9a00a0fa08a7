import { describe, expect, expectTypeOf, it } from 'vitest';
import { ClassLabel, Dataset, DatasetError, list, MapError, value } from '../index.ts';

const dataset = Dataset.fromRows([
  { text: 'a b', score: 1.5, label: 0 },
  { text: 'c', score: 2, label: 1 },
  { text: '', score: -1, label: 1 },
]);

it('both splits of trainTestSplit are there, under noUncheckedIndexedAccess too', () => {
  const { train, test } = dataset.trainTestSplit({ testSize: 1, seed: 1 });
  expectTypeOf(train.at(0).score).toEqualTypeOf<number>();
  expect(train.length + test.length).toBe(3);
});

describe('map', () => {
  it('adds and replaces columns, row by row', async () => {
    const mapped = await dataset.map((row, index) => ({ length: row.text.length, label: row.label + index }));
    expect(mapped.columnNames).toEqual(['text', 'score', 'label', 'length']);
    expect(mapped.at(2)).toEqual({ text: '', score: -1, label: 3, length: 0 });
    expectTypeOf(mapped.at(0).length).toEqualTypeOf<number>();
    expect(
      (await dataset.select([2, 0]).map(async ({ text }) => ({ upper: text.toUpperCase() }))).column('upper'),
    ).toEqual(['', 'A B']);
  });

  it('in batches, with columns of the right types', async () => {
    const sizes: number[] = [];
    const mapped = await dataset.map(
      (batch, indices) => {
        expectTypeOf(batch.text).toEqualTypeOf<string[]>();
        expectTypeOf(batch.score).toEqualTypeOf<number[]>();
        sizes.push(batch.text.length);
        return {
          ids: batch.text.map((text) => [...text].map((letter) => letter.codePointAt(0) ?? 0)),
          index: Int32Array.from(indices),
        };
      },
      { batched: true, batchSize: 2 },
    );
    expect(sizes).toEqual([2, 1]);
    expect(mapped.column('ids')).toEqual([[97, 32, 98], [99], []]);
    expectTypeOf(mapped.at(0).ids).toEqualTypeOf<number[]>();
    expect(mapped.features).toMatchObject({ ids: list(value('int32')), index: value('int32') });
  });

  it('may change the number of rows when no old column stays', async () => {
    const words = await dataset.map(({ text }) => ({ word: text.flatMap((one) => one.split(' ')) }), {
      batched: true,
      removeColumns: dataset.columnNames as ('text' | 'score' | 'label')[],
    });
    expect(words.column('word')).toEqual(['a', 'b', 'c', '']);
    const none = await dataset.map(() => ({ x: [] as number[] }), {
      batched: true,
      removeColumns: ['text', 'score', 'label'],
    });
    expect(none).toHaveLength(0);
    await expect(dataset.map(() => ({ n: [1] }), { batched: true })).rejects.toThrow(
      "got 3 rows and returned 1 ('n'), and the columns kept beside it (text, score, label) have 3",
    );
  });

  it('promotes types over batches, and keeps classes', async () => {
    const classes = dataset.castColumn('label', new ClassLabel({ names: ['no', 'yes'] }));
    const mapped = await classes.map(
      ({ label, score }) => ({ label: 1 - label, score: score === 2 ? null : score, half: label / 2 }),
      {
        batchSize: 1,
      },
    );
    expect(mapped.features['label']).toEqual(classes.features['label']);
    expect(mapped.column('half')).toEqual([0, 0.5, 0.5]);
    expect(mapped.column('score')).toEqual([1.5, null, -1]);
  });

  it('a column that is removed and computed again keeps its place', async () => {
    const mapped = await dataset.map(({ text }) => ({ length: 1, text: `${text}!` }), {
      removeColumns: ['text', 'score'],
    });
    expect(mapped.columnNames).toEqual(['text', 'label', 'length']);
  });

  it('with nothing returned only looks', async () => {
    const seen: string[] = [];
    const same = await dataset.map((row) => void seen.push(row.text));
    expect(seen).toEqual(['a b', 'c', '']);
    expect(same.columnNames).toEqual(dataset.columnNames);
    expect(await Dataset.fromRows<{ a: number }>([]).map(() => ({ b: 1 }))).toHaveLength(0);
  });

  it.each([
    ['no object', () => dataset.map((() => 5) as never), 'returned 5'],
    ['an array', () => dataset.map((() => [1]) as never), 'returned [1]'],
    [
      'a value where a column should be',
      () => dataset.map((() => ({ n: 3 })) as never, { batched: true }),
      "column 'n' is 3. With batched: true each column must be an array",
    ],
    ['unequal columns', () => dataset.map(() => ({ a: [1, 2, 3], b: [1] }), { batched: true }), "'a' has 3, 'b' has 1"],
    [
      'other columns for another row',
      () => dataset.map((row, index) => (index === 1 ? { a: 1 } : { b: 1 }) as object),
      'row 1 returned the columns a, the rows before b',
    ],
    ['nothing for some rows', () => dataset.map((row, index) => (index === 1 ? null : { b: 1 })), 'nothing for others'],
    [
      'other columns for another batch',
      () =>
        dataset.map((_, [first]) => (first === 0 ? { a: [1, 1] } : { b: [1] }) as Record<string, number[]>, {
          batched: true,
          batchSize: 2,
        }),
      'returned the columns b for rows 2 to 2, and a before',
    ],
    [
      'types that do not go together',
      () => dataset.map((row, index) => ({ a: (index === 0 ? 1 : 'x') as unknown }), { batchSize: 1 }),
      "Column 'a' is string in rows 1 to 1 and int32 in rows 0 to 0",
    ],
    [
      'an unknown column to remove',
      () => dataset.map(() => ({ a: 1 }), { removeColumns: ['x'] }),
      "there is no column 'x'",
    ],
    [
      'a batch size',
      () => dataset.map(() => ({ a: 1 }), { batchSize: 0 }),
      'map: batchSize must be a whole number of at least 1; got 0',
    ],
    ['no function', () => dataset.map('x' as never), 'map: function must be a function; got "x"'],
  ])('errors: %s', async (_, run, message) => {
    await expect(run()).rejects.toThrow(message);
    await expect(run()).rejects.toThrow(DatasetError);
  });

  it('passes errors of the function on', async () => {
    await expect(dataset.map(() => Promise.reject(new TypeError('mine')))).rejects.toThrow(TypeError);
  });
});

describe('filter', () => {
  it('keeps rows, one by one or in batches', async () => {
    expect((await dataset.filter((row) => row.label === 1)).column('score')).toEqual([2, -1]);
    expect((await dataset.filter(async (_, index) => index !== 1)).column('score')).toEqual([1.5, -1]);
    expect(
      (
        await dataset.slice(1).filter((batch) => batch.score.map((score) => score > 0), { batched: true, batchSize: 1 })
      ).column('score'),
    ).toEqual([2]);
  });

  it('wants booleans', async () => {
    await expect(dataset.filter((() => 1) as never)).rejects.toThrow(
      'row 0: the function must return true or false; it returned 1',
    );
    await expect(dataset.filter(() => [true], { batched: true })).rejects.toThrow(MapError);
  });
});

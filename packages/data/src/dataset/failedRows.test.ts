import { expect, it } from 'vitest';
import { Dataset } from './dataset.ts';

const dataset = Dataset.fromRows([
  { a: 'x', b: 'y' },
  { a: 'x', b: null },
]);
const refuse = (text: unknown): { length: number } => {
  if (typeof text !== 'string') throw new TypeError('no text.');
  return { length: text.length };
};

const fail = () => {
  throw new TypeError('no word');
};

it.each(['map', 'filter'] as const)(
  'names the row, or the rows, in which the function of %s failed',
  async (operation) => {
    const made = Dataset.fromColumns({ i: [3, 1, 2] }).sort('i');
    const failing = (row: { i: number }) => (row.i === 2 ? fail() : undefined) as never;
    if (operation === 'map') {
      await expect(made.map(failing)).rejects.toThrow(/^map, row 1: no word$/);
      await expect(made.map(async (row) => failing(row))).rejects.toThrow(/^map, row 1: no word$/);
      await expect(made.map(fail, { batched: true, batchSize: 2 })).rejects.toThrow(/^map, rows 0 to 1: no word$/);
    } else {
      await expect(made.filter((row) => failing(row) ?? true)).rejects.toThrow(/^filter, row 1: no word$/);
      await expect(made.filter(fail, { batched: true, batchSize: 2 })).rejects.toThrow(
        /^filter, rows 0 to 1: no word$/,
      );
    }
  },
);

it('names the columns where a function met undefined', async () => {
  const expected = /^map, rows 0 to 1: .*undefined.*\)\. The columns are a, b\.$/;
  await expect(
    dataset.map((batch) => ({ c: (batch as Record<string, unknown[]>)['c']!.slice() }), { batched: true }),
  ).rejects.toThrow(expected);
});

it('leaves an error alone whose message cannot be changed', async () => {
  const thrown = new DOMException('stopped', 'AbortError');
  await expect(
    dataset.map(() => {
      throw thrown;
    }),
  ).rejects.toBe(thrown);
});

it('says which column has no value in which row when a function fails', async () => {
  const where = /no text\. Of the dataset, column 'b' has no value in row 1\./;
  await expect(dataset.map((row) => refuse(row.b))).rejects.toThrow(where);
  await expect(
    dataset.map((batch) => ({ length: batch.b.map((text) => refuse(text).length) }), { batched: true }),
  ).rejects.toThrow(where);
  await expect(
    dataset.map(() => {
      throw new TypeError('another reason');
    }),
  ).rejects.toThrow(/another reason$/);
  await expect(dataset.filter((row) => refuse(row.b).length > 0)).rejects.toThrow(where);
});

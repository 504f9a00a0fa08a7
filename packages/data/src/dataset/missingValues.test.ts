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
});

import { describe, expect, it } from 'vitest';
import { DataLoader, Dataset, DatasetError, defaultDataCollator, RandomSampler, SequentialSampler } from '../index.ts';
import type { Batch } from '../index.ts';

const dataset = Dataset.fromColumns({ i: Int32Array.from({ length: 10 }, (_, index) => index) });
const numbers = (batch: Batch) => [...batch['i']!.data];
async function all(batches: AsyncIterable<Batch>): Promise<number[][]> {
  const seen: number[][] = [];
  for await (const batch of batches) seen.push(numbers(batch));
  return seen;
}
const macrotask = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('DataLoader', () => {
  it('gives the rows in order, the last batch being smaller', async () => {
    const loader = new DataLoader({ dataset, batchSize: 4 });
    expect(loader.length).toBe(3);
    expect(await all(loader)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    expect(await all(loader)).toHaveLength(3);
  });

  it('dropLast', async () => {
    const loader = new DataLoader({ dataset, batchSize: 4, dropLast: true });
    expect(loader.length).toBe(2);
    expect(await all(loader)).toHaveLength(2);
  });

  it('follows the sampler, by epoch', async () => {
    const sampler = new RandomSampler({
      numSamples: 10,
      order: (epoch) => Int32Array.from({ length: 10 }, (_, index) => (index + epoch) % 10),
    });
    const loader = new DataLoader({ dataset, batchSize: 5, sampler, prefetch: 0 });
    expect(await all(loader)).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
    ]);
    loader.setEpoch(3);
    expect(loader.epoch).toBe(3);
    expect(await all(loader)).toEqual([
      [3, 4, 5, 6, 7],
      [8, 9, 0, 1, 2],
    ]);
  });

  it('starts in the middle without making what is before', async () => {
    let made = 0;
    const loader = new DataLoader({
      dataset,
      batchSize: 3,
      collate: (rows) => ((made += 1), defaultDataCollator(rows)),
    });
    expect(await all(loader.iterate({ startBatch: 2 }))).toEqual([[6, 7, 8], [9]]);
    expect(made).toBe(2);
    expect(await all(loader.iterate({ startBatch: 9 }))).toEqual([]);
  });

  it('makes batches ahead while the caller waits, as many as asked, and stops with it', async () => {
    let made = 0;
    const loader = new DataLoader({
      dataset,
      batchSize: 1,
      prefetch: 3,
      collate: (rows) => ((made += 1), defaultDataCollator(rows)),
    });
    const batches = loader[Symbol.asyncIterator]();
    await batches.next();
    expect(made).toBe(1);
    await macrotask();
    await macrotask();
    await macrotask();
    await macrotask();
    expect(made).toBe(4);
    expect(numbers((await batches.next()).value as Batch)).toEqual([1]);
    await batches.return(undefined);
    await macrotask();
    expect(made).toBe(4);
  });

  it("throws a collator's error at the batch it belongs to", async () => {
    const loader = new DataLoader({
      dataset,
      batchSize: 2,
      collate: (rows) => {
        if (rows[0]?.['i'] === 4) throw new DatasetError('bad');
        return defaultDataCollator(rows);
      },
    });
    const seen: number[][] = [];
    const run = async () => {
      for await (const batch of loader) {
        seen.push(numbers(batch));
        await macrotask();
      }
    };
    await expect(run()).rejects.toThrow('bad');
    expect(seen).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it('knows that a column of floats is one', async () => {
    const loader = new DataLoader({ dataset: Dataset.fromColumns({ label: Float32Array.of(1, 2) }) });
    for await (const batch of loader) expect(batch['labels']?.data).toBeInstanceOf(Float32Array);
  });

  it('empty', async () => {
    const loader = new DataLoader({ dataset: dataset.slice(0, 0), batchSize: 8 });
    expect(loader.length).toBe(0);
    expect(await all(loader)).toEqual([]);
  });

  it.each([
    ['batch size', () => new DataLoader({ dataset, batchSize: 0 }), 'batchSize is 0'],
    ['prefetch', () => new DataLoader({ dataset, prefetch: -1 }), 'prefetch is -1'],
    [
      'a sampler for other data',
      () => new DataLoader({ dataset, sampler: new SequentialSampler({ numSamples: 11 }) }),
      'gives 11 rows; the dataset has 10',
    ],
    ['a sampler of no number', () => new SequentialSampler({ numSamples: -1 }), 'numSamples is -1'],
    [
      'an order too short',
      () => new RandomSampler({ numSamples: 3, order: () => Int32Array.of(0, 1) }).indices(0),
      'epoch 0 has 2 rows',
    ],
    [
      'an order of other rows',
      () => new RandomSampler({ numSamples: 2, order: () => Int32Array.of(0, 2) }).indices(0),
      'one of them 2',
    ],
  ])('errors: %s', (_, run, message) => expect(run).toThrow(message));
});

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
const golden = [
  [8, 0, 7, 1, 3, 6, 2, 4, 5, 9],
  [3, 5, 6, 8, 1, 9, 7, 0, 4, 2],
  [1, 8, 7, 0, 9, 3, 6, 2, 4, 5],
];
const macrotask = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('DataLoader', () => {
  it('gives the rows in order, the last batch being smaller', async () => {
    const loader = new DataLoader(dataset, { batchSize: 4 });
    expect(loader.length).toBe(3);
    expect(await all(loader)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    expect(await all(loader)).toHaveLength(3);
  });

  it('dropLast', async () => {
    const loader = new DataLoader(dataset, { batchSize: 4, dropLast: true });
    expect(loader.length).toBe(2);
    expect(await all(loader)).toHaveLength(2);
  });

  it('follows the sampler, by epoch', async () => {
    const sampler = new RandomSampler({
      numSamples: 10,
      order: (epoch) => Int32Array.from({ length: 10 }, (_, index) => (index + epoch) % 10),
    });
    const loader = new DataLoader(dataset, { batchSize: 5, sampler, prefetch: 0 });
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
    const loader = new DataLoader(dataset, {
      batchSize: 3,
      collateFn: (rows) => ((made += 1), defaultDataCollator(rows)),
    });
    expect(await all(loader.iterate({ startBatch: 2 }))).toEqual([[6, 7, 8], [9]]);
    expect(made).toBe(2);
    expect(await all(loader.iterate({ startBatch: 9 }))).toEqual([]);
  });

  it('makes batches ahead while the caller waits, as many as asked, and stops with it', async () => {
    let made = 0;
    const loader = new DataLoader(dataset, {
      batchSize: 1,
      prefetch: 3,
      collateFn: (rows) => ((made += 1), defaultDataCollator(rows)),
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
    const loader = new DataLoader(dataset, {
      batchSize: 2,
      collateFn: (rows) => {
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
    const loader = new DataLoader(Dataset.fromColumns({ label: Float32Array.of(1, 2) }));
    for await (const batch of loader) expect(batch['labels']?.data).toBeInstanceOf(Float32Array);
  });

  it('shuffles, each epoch otherwise, and alike for a seed', async () => {
    const make = (seed?: number) => new DataLoader(dataset, { batchSize: 10, shuffle: true, seed });
    const epochs = async (loader: DataLoader) => [
      ...(await all(loader)),
      ...(await all(loader)),
      ...(await all(loader)),
    ];
    const first = await epochs(make(7));
    // numpy.random.default_rng(7), then of 7 + 2**128 and 7 + 2**129.
    expect(first).toEqual(golden);
    expect(await epochs(make(7))).toEqual(first);
    for (const order of first) expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const loader = make(7);
    loader.setEpoch(2);
    expect([await all(loader), loader.epoch]).toEqual([[golden[2]], 3]);
    expect(await epochs(make(8))).not.toEqual(first);
    expect(make().length).toBe(1);
  });

  it('takes rows from anything that has them, and says which is none', async () => {
    expect(await all(new DataLoader([{ i: 1 }, { i: 2 }], { batchSize: 2 }))).toEqual([[1, 2]]);
    await expect(all(new DataLoader([{ i: 1 }, 5] as object[], { batchSize: 2 }))).rejects.toThrow(
      'row 1 of the dataset must be an object with a value for each column; got 5',
    );
    const late = { length: 1, at: async () => ({ i: 1 }) };
    await expect(all(new DataLoader(late, { batchSize: 1 }))).rejects.toThrow('got a Promise; await it first');
  });

  it('refuses what is not a batch', async () => {
    for (const collateFn of [() => undefined, async () => ({})] as never[])
      await expect(all(new DataLoader(dataset, { collateFn }))).rejects.toThrow('collateFn must return a batch');
  });

  it('empty', async () => {
    const loader = new DataLoader(dataset.slice(0, 0), { batchSize: 8 });
    expect(loader.length).toBe(0);
    expect(await all(loader)).toEqual([]);
  });

  it.each([
    [
      'batch size',
      () => new DataLoader(dataset, { batchSize: 0 }),
      'new DataLoader: batchSize must be a whole number of at least 1; got 0',
    ],
    [
      'prefetch',
      () => new DataLoader(dataset, { prefetch: -1 }),
      'prefetch must be a whole number of at least 0; got -1',
    ],
    [
      'a sampler for other data',
      () => new DataLoader(dataset, { sampler: new SequentialSampler({ numSamples: 11 }) }),
      'gives 11 rows; the dataset has 10',
    ],
    [
      'its options as they once were',
      () => new DataLoader({ dataset, batchSize: 2 } as never),
      'the dataset comes first: new DataLoader(dataset',
    ],
    ['a Promise', () => new DataLoader(Promise.resolve(dataset) as never), 'got a Promise; await it first'],
    [
      'a DatasetDict',
      () => new DataLoader(dataset.trainTestSplit() as never),
      'choose one of its splits, such as dict.train',
    ],
    [
      'nothing',
      () => new DataLoader(undefined as never),
      'dataset must be a dataset, or anything with length and at(); got undefined',
    ],
    [
      'a name of Python',
      () => new DataLoader(dataset, { batch_size: 2 } as never),
      'no option batch_size; did you mean batchSize?',
    ],
    [
      'a name that was once used',
      () => new DataLoader(dataset, { collate: defaultDataCollator } as never),
      'it is called collateFn',
    ],
    ['workers', () => new DataLoader(dataset, { num_workers: 2 } as never), 'batches are made ahead in this thread'],
    [
      'two orders',
      () => new DataLoader(dataset, { shuffle: true, sampler: new SequentialSampler({ numSamples: 10 }) }),
      'not both',
    ],
    ['a seed for nothing', () => new DataLoader(dataset, { seed: 1 }), 'seed is for shuffle: true'],
    ['a seed', () => new DataLoader(dataset, { shuffle: true, seed: -1 }), 'seed must be a whole number of at least 0'],
    [
      'two kinds of order',
      () => new RandomSampler({ numSamples: 2, seed: 1, order: () => Int32Array.of(0, 1) }),
      'not both',
    ],
    [
      'a sampler of no number',
      () => new SequentialSampler({ numSamples: -1 }),
      'numSamples must be a whole number of at least 0; got -1',
    ],
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

  it('stacks the lists of a collator of your own', async () => {
    const loader = new DataLoader(dataset, {
      batchSize: 2,
      collateFn: (rows) => ({ ids: rows.map(() => [1, 2]), labels: rows.map((_, row) => row + 0.5) }),
    });
    for await (const { ids, labels } of loader) {
      expect(ids).toEqual({ data: Int32Array.of(1, 2, 1, 2), shape: [2, 2] });
      expect(labels).toEqual({ data: Float32Array.of(0.5, 1.5), shape: [2] });
      break;
    }
    const ragged = new DataLoader(dataset, { batchSize: 2, collateFn: () => ({ ids: [[1], [1, 2]] }) });
    await expect(ragged.iterate().next()).rejects.toThrow(/row 1 has 2. Pad them, for instance with tokenizer.pad/);
  });
});

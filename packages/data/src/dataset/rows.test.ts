import { describe, expect, it } from 'vitest';
import { ColumnNotFoundError, Dataset, DatasetError } from '../index.ts';

const count = (length: number) => Dataset.fromColumns({ i: Int32Array.from({ length }, (_, index) => index) });

describe('rows', () => {
  it('slice, select, take, skip', () => {
    const ten = count(10);
    expect(ten.slice(-3).column('i')).toEqual([7, 8, 9]);
    expect(ten.slice(2, 4).column('i')).toEqual([2, 3]);
    expect(ten.slice(8, 100).skip(1).column('i')).toEqual([9]);
    expect(ten.slice(5, 2)).toHaveLength(0);
    expect(ten.take(2).column('i')).toEqual([0, 1]);
    expect(ten.skip(2).select([-1, 0, 0]).column('i')).toEqual([9, 2, 2]);
    expect(() => ten.select([10])).toThrow('there is no row 10');
    expect(() => ten.at(1.5)).toThrow(DatasetError);
    expect(() => ten.at(-11)).toThrow(DatasetError);
  });

  it('shard, as datasets', () => {
    const ten = count(10);
    expect([0, 1, 2].map((index) => ten.shard({ numShards: 3, index }).column('i'))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    expect([0, 1, 2].map((index) => ten.shard({ numShards: 3, index, contiguous: false }).column('i'))).toEqual([
      [0, 3, 6, 9],
      [1, 4, 7],
      [2, 5, 8],
    ]);
    expect(() => ten.shard({ numShards: 3, index: 3 })).toThrow(DatasetError);
  });

  it('shuffle, as datasets', () => {
    expect(count(10).shuffle(42).column('i')).toEqual([5, 6, 0, 7, 3, 2, 4, 9, 1, 8]);
    expect(count(10).shuffle({ seed: 42 }).column('i')).toEqual([5, 6, 0, 7, 3, 2, 4, 9, 1, 8]);
    expect(
      count(50)
        .shuffle()
        .column('i')
        .toSorted((a, b) => a - b),
    ).toEqual(count(50).column('i'));
  });

  it('sort: stable, several columns, missing values, NaN', () => {
    const made = Dataset.fromColumns({ a: ['b', 'a', null, 'b'], n: [2, NaN, 0, 1] });
    expect(made.sort('a').column('n')).toEqual([NaN, 2, 1, 0]);
    expect(made.sort('a', { reverse: true, nullPlacement: 'at_start' }).column('n')).toEqual([0, 2, 1, NaN]);
    expect(made.sort(['a', 'n'], { reverse: [true, false] }).column('n')).toEqual([1, 2, NaN, 0]);
    expect(made.sort('n').column('n')).toEqual([0, 1, 2, NaN]);
    // NaN stays at the end where missing values go, as in datasets.
    const gaps = Dataset.fromColumns({ n: [NaN, 1, null, Infinity, NaN, Infinity], i: [0, 1, 2, 3, 4, 5] });
    expect(gaps.sort('n', { reverse: true }).column('i')).toEqual([3, 5, 1, 0, 4, 2]);
    expect(gaps.sort('n', { nullPlacement: 'at_start' }).column('i')).toEqual([2, 0, 4, 1, 3, 5]);
    expect(gaps.sort(['n', 'i'], { reverse: [false, true] }).column('i')).toEqual([1, 5, 3, 4, 0, 2]);
    expect(() => made.sort('n', { reverse: [true, false] })).toThrow("1 columns, and 'reverse' has 2 entries");
    expect(
      Dataset.fromColumns({ t: ['\u{1F600}', '\uFFFD', 'z'] })
        .sort('t')
        .column('t'),
    ).toEqual(['z', '\uFFFD', '\u{1F600}']);
    expect(() => made.sort('x' as 'a')).toThrow(ColumnNotFoundError);
  });

  it('iter gives batches of columns', () => {
    expect([...count(5).iter({ batchSize: 2 })]).toEqual([{ i: [0, 1] }, { i: [2, 3] }, { i: [4] }]);
    expect([...count(5).iter({ batchSize: 2, dropLastBatch: true })]).toHaveLength(2);
  });
});

import { describe, expect, it } from 'vitest';
import { ClassLabel, Dataset, DatasetError } from '../index.ts';
import golden from './trainTestSplit.golden.json' with { type: 'json' };

const count = (length: number) => Dataset.fromColumns({ i: Int32Array.from({ length }, (_, index) => index) });

describe('trainTestSplit', () => {
  it.each(golden)('is that of datasets: %#', ({ labels, testSize, trainSize, seed, stratified, plain }) => {
    const features = { label: new ClassLabel({ names: ['a', 'b', 'c', 'd'] }) };
    const whole = Dataset.fromColumns({ label: labels, i: labels.map((_, index) => index) }, { features });
    const sizes = { testSize, seed, ...(trainSize !== null && { trainSize }) };
    const both = (dict: ReturnType<typeof whole.trainTestSplit>) => [
      dict.split('train').column('i'),
      dict.split('test').column('i'),
    ];
    expect(both(whole.trainTestSplit(sizes))).toEqual(plain);
    expect(both(whole.trainTestSplit({ ...sizes, stratifyByColumn: 'label' }))).toEqual(stratified);
  });

  it('takes rows without a label as a class of their own, as in datasets', () => {
    const features = { l: new ClassLabel({ names: ['a', 'b'] }) };
    const l = [0, 1, null, 1, null, 0, null, 1, 0, null];
    const whole = Dataset.fromColumns({ l, i: l.map((_, index) => index) }, { features });
    const split = whole.trainTestSplit({ testSize: 4, seed: 3, stratifyByColumn: 'l' });
    expect(split.train.column('i')).toEqual([9, 8, 6, 1, 3, 0]);
    expect(split.test.column('i')).toEqual([5, 7, 2, 4]);
  });

  it('splits a class of more rows than a call takes arguments', () => {
    const rows = 300_000;
    const label = Int32Array.from({ length: rows }, (_, row) => Number(row % 4 === 0));
    const features = { label: new ClassLabel({ names: ['a', 'b'] }) };
    const split = Dataset.fromColumns({ label }, { features }).trainTestSplit({
      testSize: 0.1,
      seed: 1,
      stratifyByColumn: 'label',
    });
    const ones = (name: string) => split.split(name).column('label').filter(Boolean).length;
    expect(split.numRows()).toEqual({ train: 270_000, test: 30_000 });
    expect([ones('train'), ones('test')]).toEqual([67_500, 7_500]);
  });

  it('has a default size, may keep the order, and refuses what cannot be', () => {
    const ten = count(10);
    expect(ten.trainTestSplit({ seed: 1 }).split('test').column('i')).toEqual([8, 4, 7]);
    expect(ten.trainTestSplit({ testSize: 2, shuffle: false }).split('test').column('i')).toEqual([8, 9]);
    expect(ten.trainTestSplit({ trainSize: 0.5, seed: 0 }).numRows()).toEqual({ train: 5, test: 5 });
    for (const options of [
      { testSize: 10 },
      { testSize: 0 },
      { testSize: -0.5 },
      { testSize: 1.5 },
      { testSize: 0.6, trainSize: 0.6 },
      { testSize: 0.99 },
    ]) {
      expect(() => ten.trainTestSplit(options), JSON.stringify(options)).toThrow(DatasetError);
    }
    expect(() => ten.trainTestSplit({ stratifyByColumn: 'i' })).toThrow("Use classEncodeColumn('i')");
    const lonely = Dataset.fromColumns({ l: ['a', 'a', 'b'] }).classEncodeColumn('l');
    expect(() => lonely.trainTestSplit({ stratifyByColumn: 'l', testSize: 1 })).toThrow('single row');
  });
});

import { describe, expect, it } from 'vitest';
import {
  ClassLabel,
  ColumnNotFoundError,
  concatenateDatasets,
  Dataset,
  DatasetError,
  FeatureError,
  list,
  value,
} from '../index.ts';

const pairs = [
  { text: 'a b', score: 1.5, label: 0 },
  { text: 'c', score: 2, label: 1 },
  { text: '', score: -1, label: 1 },
];
const dataset = Dataset.fromRows(pairs);

describe('making a dataset', () => {
  it('from rows infers types, and returns the rows', () => {
    expect(dataset.features).toEqual({ text: value('string'), score: value('float64'), label: value('int32') });
    expect([...dataset]).toEqual(pairs);
    expect(dataset.shape).toEqual([3, 3]);
    expect(dataset.at(-1)).toEqual(pairs[2]);
    expect(dataset.column('score')).toEqual([1.5, 2, -1]);
  });

  it.each([
    ['whole numbers', [1, 2 ** 31 - 1], 'int32'],
    ['large whole numbers', [1, 2 ** 40], 'int64'],
    ['a bigint', [5n, 1], 'int64'],
    ['floats after whole numbers', [1, 0.5], 'float64'],
    ['negative zero', [-0], 'float64'],
    ['NaN', [1, NaN, Infinity], 'float64'],
    ['booleans', [true, false], 'bool'],
    ['nothing', [null, undefined], 'null'],
    ['objects', [{ a: 1 }, { b: [2] }], 'struct'],
  ] as const)('types: %s', (_, values, dtype) => {
    const made = Dataset.fromColumns({ x: values as readonly unknown[] });
    expect(made.features['x']).toEqual(value(dtype));
    expect(made.column('x')).toEqual(
      values.map((input) => (typeof input === 'bigint' ? Number(input) : (input ?? null))),
    );
  });

  it('whole numbers beyond 2^53 are text, all of their column', () => {
    const ids = BigInt64Array.of(2n ** 60n, 7n);
    const made = Dataset.fromColumns({ a: [2n ** 60n, 5], b: [[1], [2n ** 60n]], c: [2n ** 60n, 0.5], d: [ids, null] });
    expect(made.features).toEqual({
      a: value('string'),
      b: list(value('string')),
      c: value('float64'),
      d: list(value('string')),
    });
    expect(made.at(0)).toEqual({ a: '1152921504606846976', b: ['1'], c: 2 ** 60, d: ['1152921504606846976', '7'] });
    const parts = [Dataset.fromColumns({ a: [5] }), Dataset.fromColumns({ a: [2n ** 60n] as unknown[] as number[] })];
    expect(concatenateDatasets(parts).column('a')).toEqual(['5', '1152921504606846976']);
    expect(Dataset.fromColumns({ ids: [BigInt64Array.of(101n, 102n)] }).features['ids']).toEqual(list(value('int64')));
  });

  it('what is nested too deep, or holds itself, is a typed error', () => {
    const own: Record<string, unknown> = {};
    own['self'] = own;
    let deep: unknown = 1;
    for (let level = 0; level < 5000; level++) deep = [deep];
    for (const x of [own, deep, [own], { deep }]) expect(() => Dataset.fromRows([{ x }])).toThrow(FeatureError);
    expect(() => Dataset.fromRows([deep] as object[])).toThrow(DatasetError);
  });

  it('lists, ragged, nested, empty and missing', () => {
    const ids = [[1, 2, 3], [], [4], null];
    const nested = [[[1], [2.5, 3]], [], [[]], null];
    const words = [['a'], ['b', null], [], null];
    const made = Dataset.fromColumns({ ids, nested, words });
    expect(made.features).toEqual({
      ids: list(value('int32')),
      nested: list(list(value('float64'))),
      words: list(value('string')),
    });
    expect(made.column('ids')).toEqual(ids);
    expect(made.column('nested')).toEqual(nested);
    expect(made.column('words')).toEqual(words);
    const turned = made.select([3, 2, 1, 0, 0]);
    expect(turned.column('nested')).toEqual([null, [[]], [], nested[0], nested[0]]);
    expect(concatenateDatasets([turned, made]).column('ids')).toEqual([null, [4], [], [1, 2, 3], [1, 2, 3], ...ids]);
  });

  it('missing values', () => {
    const made = Dataset.fromRows<{ a?: number; b: string | null }>([{ b: 'x' }, { a: 1, b: null }]);
    expect([...made]).toEqual([
      { b: 'x', a: null },
      { b: null, a: 1 },
    ]);
  });

  it('features are kept to', () => {
    const label = new ClassLabel({ names: ['no', 'yes'] });
    const made = Dataset.fromRows([{ l: 'yes' }, { l: 'no' }, { l: -1 }, { l: -100 }], { features: { l: label } });
    expect(made.column('l')).toEqual([1, 0, -1, -100]);
    expect(() => Dataset.fromRows([{ l: 'maybe' }], { features: { l: label } })).toThrow(
      'Column \'l\', row 0: "maybe" is not ClassLabel(no, yes)',
    );
    expect(() => Dataset.fromRows([{ l: 2 }], { features: { l: label } })).toThrow('from 0 to 1, or -1 or -100');
    const mistyped = { features: { labels: label } };
    expect(() => Dataset.fromColumns({ label: [1] }, mistyped)).toThrow(ColumnNotFoundError);
    expect(() => Dataset.fromRows([{ label: 1 }], mistyped)).toThrow(
      "features: there is no column 'labels'. The columns are label. Did you mean 'label'?",
    );
    expect(Dataset.fromRows([], mistyped).features).toEqual(mistyped.features);
    expect(() => new ClassLabel({ names: ['a', 'a'] })).toThrow(FeatureError);
    expect([label.int2str(1), label.str2int('no')]).toEqual(['yes', 0]);
    for (const wrong of [-1, '1', [1]]) expect(() => label.int2str(wrong as number)).toThrow(FeatureError);
  });

  it.each([
    [
      'mixed types',
      () => Dataset.fromRows([{ a: 1 }, { a: 'x' }]),
      'Column \'a\' mixes types: int32 so far, and then string ("x", row 1)',
    ],
    ['mixed lists', () => Dataset.fromColumns({ a: [[1], ['x']] }), "Column 'a' mixes types: list<int32>"],
    ['lengths', () => Dataset.fromColumns({ a: [1], b: [1, 2] }), "'a' has 1 rows, 'b' has 2"],
    [
      'no rows',
      () => Dataset.fromRows([5] as unknown as object[]),
      'row 0 must be an object with a value for each column; got 5',
    ],
  ])('errors: %s', (_, make, message) => expect(make).toThrow(message));

  it('empty', () => {
    const empty = Dataset.fromRows([]);
    expect([empty.length, empty.columnNames, [...empty]]).toEqual([0, [], []]);
    expect(empty.trainTestSplit().splitNames()).toEqual(['train', 'test']);
    expect(() => empty.at(0)).toThrow('has 0 rows');
  });
});

describe('columns called as members of every object', () => {
  const names = ['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'];
  const row = (input: string | number) => Object.fromEntries(names.map((name) => [name, input]));

  it.each([
    ['text', 'a', 'b', value('string')],
    ['numbers', 1, 2, value('int32')],
  ] as const)('%s', async (_, first, second, feature) => {
    const made = Dataset.fromRows([row(first), row(second)]);
    expect(made.columnNames).toEqual(names);
    for (const name of names) {
      expect(made.features[name]).toEqual(feature);
      expect(made.column(name)).toEqual([first, second]);
      expect(Object.getOwnPropertyDescriptor(made.at(1), name)?.value).toBe(second);
    }
    expect(Object.getPrototypeOf(made.at(0))).toBe(Object.prototype);
    const copied = await made.map((given) => ({ copy: Object.entries(given).length }));
    expect(copied.column('copy')).toEqual([5, 5]);
    const again = await made.map((batch) => ({ ...batch }), { batched: true });
    expect(Object.entries(again.at(1))).toEqual(Object.entries(row(second)));
  });

  it('are missing where a row has none', () => {
    const made = Dataset.fromRows([{ a: 1 }, { a: 2, constructor: 'x' }] as object[]);
    expect(made.column('constructor' as never)).toEqual([null, 'x']);
  });

  it('stay when others are renamed, and can be given a type', () => {
    const made = Dataset.fromRows([{ year: 2020, constructor: 'Ferrari' } as { year: number }]);
    expect(made.renameColumns({ year: 'season' }).columnNames).toEqual(['season', 'constructor']);
    const features = { constructor: new ClassLabel({ names: ['Ferrari'] }) };
    expect(Dataset.fromRows([{ constructor: 'Ferrari' }], { features }).column('constructor')).toEqual([0]);
  });
});

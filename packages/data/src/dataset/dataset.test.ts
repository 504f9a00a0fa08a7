import { inspect } from 'node:util';
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
import golden from './trainTestSplit.golden.json' with { type: 'json' };

const pairs = [
  { text: 'a b', score: 1.5, label: 0 },
  { text: 'c', score: 2, label: 1 },
  { text: '', score: -1, label: 1 },
];
const dataset = Dataset.fromRows(pairs);
const count = (length: number) => Dataset.fromColumns({ i: Int32Array.from({ length }, (_, index) => index) });

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

  it.each(golden)('trainTestSplit, as datasets: %#', ({ labels, testSize, trainSize, seed, stratified, plain }) => {
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

  it('trainTestSplit: rows without a label are a class of their own, as in datasets', () => {
    const features = { l: new ClassLabel({ names: ['a', 'b'] }) };
    const l = [0, 1, null, 1, null, 0, null, 1, 0, null];
    const whole = Dataset.fromColumns({ l, i: l.map((_, index) => index) }, { features });
    const split = whole.trainTestSplit({ testSize: 4, seed: 3, stratifyByColumn: 'l' });
    expect(split.train.column('i')).toEqual([9, 8, 6, 1, 3, 0]);
    expect(split.test.column('i')).toEqual([5, 7, 2, 4]);
  });

  it('trainTestSplit: a class of more rows than a call takes arguments', () => {
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

  it('trainTestSplit: default size, no shuffle, and what cannot be', () => {
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

describe('columns', () => {
  it('rename, remove, select, add', () => {
    expect(dataset.renameColumn('text', 'sentence').columnNames).toEqual(['sentence', 'score', 'label']);
    expect(dataset.renameColumns({ text: 'label', label: 'text' }).at(0)).toEqual({
      label: 'a b',
      score: 1.5,
      text: 0,
    });
    expect(() => dataset.renameColumns({ text: 'label' })).toThrow("two columns would be called 'label'");
    expect(dataset.removeColumns(['text', 'score']).at(1)).toEqual({ label: 1 });
    expect(dataset.removeColumns(['text', 'score', 'label'])).toHaveLength(0);
    expect(dataset.slice(1).removeColumns(['text', 'score', 'label'])).toHaveLength(0);
    expect(dataset.slice(1).selectColumns([])).toHaveLength(0);
    expect(dataset.selectColumns(['label', 'text']).at(0)).toEqual({ label: 0, text: 'a b' });
    expect(dataset.slice(1).addColumn('n', [7, 8]).at(-1)).toEqual({ ...pairs[2], n: 8 });
    expect(() => dataset.addColumn('n', [7])).toThrow("'n' has 1 values; the dataset has 3 rows");
    expect(() => dataset.addColumn('text', ['', '', ''])).toThrow('already');
    expect(() => dataset.removeColumns('nothing' as 'text')).toThrow(
      "there is no column 'nothing'. The columns are text, score, label.",
    );
  });

  it('cast', () => {
    expect(dataset.castColumn('label', value('string')).column('label')).toEqual(['0', '1', '1']);
    expect(dataset.castColumn('label', value('string')).castColumn('label', value('float32')).column('label')).toEqual([
      0, 1, 1,
    ]);
    const classes = dataset.castColumn('label', new ClassLabel({ names: ['no', 'yes'] }));
    expect(classes.castColumn('label', value('string')).column('label')).toEqual(['no', 'yes', 'yes']);
    const texts = Dataset.fromColumns({ t: ['1', ' inf', '-Infinity', 'nan', '1e3', '0.5 '] });
    expect(texts.castColumn('t', value('float64')).column('t')).toEqual([1, Infinity, -Infinity, NaN, 1000, 0.5]);
    for (const text of ['0x10', '0b1', '1_000', '\u00a01', '', ' '])
      expect(() => Dataset.fromColumns({ t: [text] }).castColumn('t', value('float64')), text).toThrow(
        'is not float64',
      );
    expect(
      Dataset.fromColumns({ t: ['1', '0', 'True'] })
        .castColumn('t', value('bool'))
        .column('t'),
    ).toEqual([true, false, true]);
    expect(
      Dataset.fromColumns({ n: [NaN, -Infinity, 2] })
        .castColumn('n', value('string'))
        .column('n'),
    ).toEqual(['nan', '-inf', '2']);
    const named = Dataset.fromColumns({ t: ['yes', ' no ', '1', '+1', ' 0', '-1'] });
    expect(named.castColumn('t', new ClassLabel({ names: ['no', 'yes'] })).column('t')).toEqual([1, 0, 1, 1, 0, -1]);
    expect(() => dataset.castColumn('text', value('int32'))).toThrow('Column \'text\', row 0: "a b" is not int32');
    expect(() => dataset.castColumn('score', value('int32'))).toThrow('1.5 is not int32');
  });

  it('classEncodeColumn and unique', () => {
    const made = Dataset.fromColumns({ l: ['pos', 'neg', 'pos'], gap: ['x', null, 'y'] }).select([2, 1, 0]);
    const encoded = made.classEncodeColumn('l');
    expect(encoded.features['l']).toEqual(new ClassLabel({ names: ['neg', 'pos'] }));
    expect(encoded.classLabel('l').names).toEqual(['neg', 'pos']);
    expect(() => made.classLabel('l')).toThrow("'l' is string, not a class label. Use classEncodeColumn('l') first.");
    expect(encoded.column('l')).toEqual([1, 0, 1]);
    expect(made.unique('l')).toEqual(['pos', 'neg']);
    expect(() => made.classEncodeColumn('gap')).toThrow('missing in row 1');
    expect(() => dataset.classEncodeColumn('score')).toThrow('float64');
    // Values of datasets 5.2.
    const numbers = Dataset.fromColumns({ n: [3, 1, 2, 10], b: [true, false, true, true] });
    const counted = numbers.classEncodeColumn('n').classEncodeColumn('b');
    expect(counted.classLabel('n').names).toEqual(['1', '10', '2', '3']);
    expect(counted.column('n')).toEqual([3, 0, 2, 1]);
    expect(counted.classLabel('b').names).toEqual(['False', 'True']);
    expect(counted.column('b')).toEqual([1, 0, 1, 1]);
  });

  it('concatenateDatasets', () => {
    expect(concatenateDatasets([count(2), count(3).slice(1)]).column('i')).toEqual([0, 1, 1, 2]);
    expect(concatenateDatasets([Dataset.fromColumns({ x: [1] }), Dataset.fromColumns({ x: [0.5] })]).features).toEqual({
      x: value('float64'),
    });
    expect(
      concatenateDatasets([
        Dataset.fromColumns({ x: [null] as (string | null)[] }),
        Dataset.fromColumns({ x: ['a'] }),
      ]).column('x'),
    ).toEqual([null, 'a']);
    expect(() =>
      concatenateDatasets([Dataset.fromColumns({ x: [1] }), Dataset.fromColumns({ x: ['a'] }) as never]),
    ).toThrow("Column 'x' is string in dataset 1 and int32 in dataset 0");
    expect(() =>
      concatenateDatasets([Dataset.fromColumns({ x: [1] }), Dataset.fromColumns({ y: [1] }) as never]),
    ).toThrow('has the columns y');
    expect(() => concatenateDatasets([])).toThrow(DatasetError);
  });

  it('prints as datasets', () => {
    expect(String(dataset)).toBe("Dataset({\n    features: ['text', 'score', 'label'],\n    num_rows: 3\n})");
    expect(inspect(dataset)).toBe(String(dataset));
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

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ClassLabel, concatenateDatasets, Dataset, DatasetError, value } from '../index.ts';

const pairs = [
  { text: 'a b', score: 1.5, label: 0 },
  { text: 'c', score: 2, label: 1 },
  { text: '', score: -1, label: 1 },
];
const dataset = Dataset.fromRows(pairs);
const count = (length: number) => Dataset.fromColumns({ i: Int32Array.from({ length }, (_, index) => index) });

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

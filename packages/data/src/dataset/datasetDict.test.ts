import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ClassLabel, Dataset, datasetDict, SplitError, value } from '../index.ts';

const dataset = Dataset.fromRows([
  { text: 'a b', score: 1.5, label: 0 },
  { text: 'c', score: 2, label: 1 },
  { text: '', score: -1, label: 1 },
]);

describe('DatasetDict', () => {
  const dict = datasetDict({ train: dataset, test: dataset.slice(0, 1) });

  it('has its splits as plain properties, and does all things with all of them', async () => {
    expect(Object.keys(dict)).toEqual(['train', 'test']);
    expect(dict['train']).toBe(dataset);
    expect((await dict.map(({ text }) => ({ upper: text.toUpperCase() })))['test']?.column('upper')).toEqual(['A B']);
    expect((await dict.filter(({ label }) => label === 1)).numRows()).toEqual({ train: 2, test: 0 });
    expect(dict.renameColumn('text', 't').removeColumns('score').selectColumns('t').columnNames()).toEqual({
      train: ['t'],
      test: ['t'],
    });
    expect(dict.select([0]).numRows()).toEqual({ train: 1, test: 1 });
    expect(dict.sort('score').split('train').column('score')).toEqual([-1, 1.5, 2]);
    expect(dict.shuffle(1).numRows()).toEqual({ train: 3, test: 1 });
    expect(dict.unique('label')).toEqual({ train: [0, 1], test: [0] });
    expect(dict.castColumn('label', value('float32')).split('test').features['label']).toEqual(value('float32'));
    expect(
      dict
        .cast({ label: value('string') })
        .renameColumns({ label: 'x' })
        .split('test')
        .column('x' as never),
    ).toEqual(['0']);
  });

  it('encodes classes alike in all splits', () => {
    const encoded = datasetDict({
      train: Dataset.fromColumns({ l: ['b', 'c'] }),
      test: Dataset.fromColumns({ l: ['a'] }),
    }).classEncodeColumn('l');
    expect(encoded.split('train').features['l']).toEqual(new ClassLabel({ names: ['a', 'b', 'c'] }));
    expect([encoded.split('train').column('l'), encoded.split('test').column('l')]).toEqual([[1, 2], [0]]);
    const classes = new ClassLabel({ names: ['no', 'yes'] });
    const again = datasetDict({
      train: Dataset.fromColumns({ l: [1, 0], b: [true, false] }, { features: { l: classes } }),
      test: Dataset.fromColumns({ l: [-1], b: [true] }, { features: { l: classes } }),
    })
      .classEncodeColumn('l')
      .classEncodeColumn('b');
    expect(again.test?.toRows()).toEqual([{ l: -1, b: 1 }]);
    expect(again.train?.features).toEqual({ l: classes, b: new ClassLabel({ names: ['False', 'True'] }) });
  });

  it('names the split in which something went wrong', async () => {
    await expect(dict.map(({ text }) => ({ n: (text === 'c' ? 'x' : 1) as unknown }))).rejects.toThrow(
      "Split 'train': Column 'n' mixes types",
    );
    expect(() => dict.split('dev')).toThrow("There is no split 'dev'. There are: train, test.");
    expect(() => datasetDict({ map: dataset })).toThrow(SplitError);
  });

  it('prints as datasets', () => {
    expect(inspect(dict)).toBe(
      "DatasetDict({\n    train: Dataset({\n        features: ['text', 'score', 'label'],\n        num_rows: 3\n    })\n    test: Dataset({\n        features: ['text', 'score', 'label'],\n        num_rows: 1\n    })\n})",
    );
  });
});

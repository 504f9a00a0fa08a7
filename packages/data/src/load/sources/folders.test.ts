import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { DatasetError, loadDataset, SplitError } from '../../index.ts';
import { ownFolder } from '../../testing/ownFolder.ts';
import { splitOfFile } from './splitOfFile.ts';

const folder = ownFolder();

it('takes the split of a file from its name, not from its folders, on Windows too', async () => {
  // Here a name may hold what separates folders there.
  const made = await loadDataset(folder.write('my test\\dev\\validation.csv', 'a\n1\n'));
  expect(Object.keys(made)).toEqual(['validation']);
  expect(Object.keys(await loadDataset(folder.write('eval\\rows.csv', 'a\n1\n')))).toEqual(['train']);
});

describe('files, folders and splits', () => {
  it.each([
    ['train.tsv', 'train'],
    ['my-training-data.csv', 'train'],
    ['dev.tsv', 'validation'],
    ['dev_matched.tsv', 'validation_matched'],
    ['a/valid/x.csv', 'validation'],
    ['imdb.train.csv', 'train'],
    ['imdb.dev.v2.csv.gz', 'validation'],
    ['a.b/pairs.test.jsonl', 'test'],
    ['data/test-00000-of-00003.parquet', 'test'],
    ['data/train_sft-00000-of-00001.parquet', 'train_sft'],
    ['data/dev-00000-of-00001-0123abcd.parquet', 'dev'],
    ['dev-00000-of-00001.parquet', 'validation'],
    ['validation_mismatched-00000-of-00001.parquet', 'validation_mismatched'],
    ['extra-00000-of-00001.parquet', 'extra'],
    ['evaluation2.jsonl', 'test'],
    ['constraint.csv', undefined],
    ['contest/latest.csv', undefined],
    ['train/devices.csv', 'train'],
  ])('%s is %s', (path, split) => expect(splitOfFile(path)).toBe(split));

  it('a folder: splits between dots, and parts called as on the hub', async () => {
    folder.write('imdb.train.csv', 'a\n1\n');
    folder.write('imdb.test.csv', 'a\n2\n3\n');
    expect((await loadDataset(folder.path)).numRows()).toEqual({ train: 1, test: 2 });
  });

  it('a folder: files like a pattern, and paths written in other ways', async () => {
    folder.write('x1.csv', 'a\n1\n');
    folder.write('x2.csv', 'a\n2\n');
    folder.write('sub/y.csv', 'a\n3\n');
    folder.write('.hidden/z.csv', 'a\n4\n');
    folder.write('b(c).tsv', 'a\n5\n');
    const values = async (dataFiles: string | string[], dataDir?: string) =>
      (await loadDataset(folder.path, { dataFiles, dataDir, split: 'train' })).column('a');
    expect(await values('*.csv')).toEqual([1, 2]);
    expect((await values('**/*.csv')).toSorted()).toEqual([1, 2, 3]);
    expect(await values('x[!1].csv')).toEqual([2]);
    expect(await values(['x?.csv', './sub//y.csv'])).toEqual([1, 2, 3]);
    expect(await values('*(c).tsv')).toEqual([5]);
    expect(await values('*', './sub/')).toEqual([3]);
    expect(await values(join(folder.path, 'x1.csv'))).toEqual([1]);
    expect((await loadDataset(folder.path, { dataDir: './sub' })).train?.length).toBe(1);
    await expect(values('*.parquet')).rejects.toThrow("has no data file like '*.parquet'. There are: ");
    await expect(loadDataset('csv', { dataFiles: `${folder.path}/*.csv` })).rejects.toThrow(
      `loadDataset('${folder.path}', { dataFiles: '*.csv' })`,
    );
  });

  it('a folder: the parts of splits in data/ are read together, and files that describe data are not', async () => {
    folder.write('data/train-00000-of-00002.csv', 'a\n1\n');
    folder.write('data/train-00001-of-00002.csv', 'a\n2\n');
    folder.write('train-00000-of-00001.csv', 'b\n3\n');
    folder.write('raw/test.jsonl', '{"a":4}\n');
    expect((await loadDataset(folder.path)).train?.toRows()).toEqual([{ a: 1 }, { a: 2 }]);
    expect((await loadDataset(folder.path)).splitNames()).toEqual(['train']);
  });

  it('a folder: files that describe data or a model are not data', async () => {
    folder.write('pairs.jsonl', '{"a":1}\n');
    for (const name of ['config.json', 'dataset_info.json', '__MACOSX/pairs.jsonl']) folder.write(name, '{"b":1}');
    expect((await loadDataset(folder.path)).train?.toRows()).toEqual([{ a: 1 }]);
  });

  it('a folder: the splits by name, other files left alone', async () => {
    folder.write('train.csv', 'a\n1\n2\n');
    folder.write('dev.csv', 'a\n3\n');
    folder.write('README.md', '# x');
    folder.write('LICENSE.txt', 'free');
    folder.write('config.json', '{}');
    folder.write('.hidden/train.csv', 'a\n9\n');
    const dict = await loadDataset(folder.path);
    expect(dict.numRows()).toEqual({ train: 2, validation: 1 });
    expectTypeOf(dict['train']!.at(0)['a']).toBeAny();
    expect((await loadDataset(folder.path, { split: 'validation' })).column('a')).toEqual([3]);
  });

  it('a folder: several files of a split, and folders as splits', async () => {
    folder.write('train/b.jsonl', '{"a":2}');
    folder.write('train/a.jsonl', '{"a":1}');
    folder.write('test/a.jsonl', '{"a":3}');
    expect((await loadDataset(folder.path)).split('train').column('a')).toEqual([1, 2]);
    folder.write('one/x.csv', 'a\n1\n');
    expect((await loadDataset(join(folder.path, 'one'))).numRows()).toEqual({ train: 1 });
    expect((await loadDataset(folder.path, { dataDir: 'one' })).numRows()).toEqual({ train: 1 });
    expect((await loadDataset(folder.path, { dataFiles: { test: 'one/x.csv' } })).numRows()).toEqual({ test: 1 });
  });

  it('a builder with its files', async () => {
    const [a, b, c] = [folder.write('a.data', 'x\n1\n'), folder.write('b.csv', 'x\n2\n'), folder.write('c', 'x\n3\n')];
    expect((await loadDataset('csv', { dataFiles: a })).numRows()).toEqual({ train: 1 });
    expect((await loadDataset('csv', { dataFiles: [a, b], split: 'train' })).column('x')).toEqual([1, 2]);
    expect((await loadDataset('csv', { dataFiles: { test: [c], train: a } })).split('test').column('x')).toEqual([3]);
    expect((await loadDataset('text', { dataFiles: b, split: 'train' })).column('text')).toEqual(['x', '2']);
    expect(
      (await loadDataset('csv', { dataFiles: new File(['x\n5\n'], 'page.csv'), split: 'train' })).column('x'),
    ).toEqual([5]);
  });

  it('the FileList of an input field', async () => {
    // It is not an array.
    const chosen = { length: 2, 0: new File(['x\n1\n'], 'a.csv'), 1: new File(['x\n2\n'], 'b.csv') };
    expect((await loadDataset('csv', { dataFiles: chosen })).numRows()).toEqual({ train: 2 });
    const bySplit = await loadDataset('csv', { dataFiles: { train: chosen, test: chosen[1] } });
    expect(bySplit.numRows()).toEqual({ train: 2, test: 1 });
  });

  it('split expressions', async () => {
    folder.write('train.csv', `i\n${Array.from({ length: 7 }, (_, index) => index).join('\n')}\n`);
    folder.write('test.csv', 'i\n10\n11\n');
    const rows = async (split: string) => (await loadDataset(folder.path, { split })).column('i');
    expect(await rows('train[2:4]')).toEqual([2, 3]);
    expect(await rows('train[:50%]')).toEqual([0, 1, 2, 3]);
    expect(await rows('train[50%:]')).toEqual([4, 5, 6]);
    expect(await rows('train[-2:]+test[:1]')).toEqual([5, 6, 10]);
    expect(await rows(' train[ -10% : ] ')).toEqual([6]);
    expect(await rows('train[:]')).toHaveLength(7);
    expect(await rows('all')).toHaveLength(9);
    expect((await loadDataset(join(folder.path, 'test.csv'), { split: '[1:2]' })).column('i')).toEqual([11]);
    for (const split of [
      'dev',
      'train[',
      'train[1:2:3]',
      '',
      'train[:10%:]',
      'train[:200%]',
      'train[10:50%]',
      'train+',
      '[1:2]',
    ])
      await expect(rows(split), split).rejects.toThrow(SplitError);
  });

  it.each([
    [
      'a file that is not there',
      () => loadDataset('csv', { dataFiles: join(folder.path, 'no.csv') }),
      `There is no file '`,
    ],
    [
      'a folder of nothing',
      () => loadDataset((mkdirSync(join(folder.path, 'e'), { recursive: true }), join(folder.path, 'e'))),
      'no data files',
    ],
    ['a file of no kind', () => loadDataset(folder.write('x.bin', '1')), 'of an unknown kind'],
    ['a builder without files', () => loadDataset('csv'), 'needs { dataFiles }'],
    [
      'a Map of files',
      () => loadDataset('csv', { dataFiles: new Map([['train', 'a.csv']]) as never }),
      'by split; got a Map',
    ],
    ['no files', () => loadDataset('csv', { dataFiles: { train: [] } }), "names no file for 'train'"],
    [
      'two kinds',
      () =>
        loadDataset(
          (folder.write('d/train.csv', 'a\n1\n'), folder.write('d/train.jsonl', '{}'), join(folder.path, 'd')),
        ),
      'files of several kinds (csv, json)',
    ],
    [
      'a split of another kind',
      () =>
        loadDataset((folder.write('e/train.csv', 'a\n1\n'), folder.write('e/test.txt', 'b'), join(folder.path, 'e'))),
      'files of several kinds (text, csv): pass dataFiles',
    ],
    [
      'files that differ',
      () => loadDataset('csv', { dataFiles: [folder.write('a.csv', 'x\n1\n'), folder.write('b.csv', 'y\n1\n')] }),
      'has the columns y',
    ],
  ])('errors: %s', async (_, load, message) => {
    await expect(load()).rejects.toThrow(message);
    await expect(load()).rejects.toThrow(DatasetError);
  });
});

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HubOfflineError } from '@attune/hub';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import {
  ClassLabel,
  DataFileError,
  DatasetError,
  FeatureError,
  list,
  loadDataset,
  SplitError,
  value,
} from '../index.ts';
import { glueFeatures } from './glue/glue.ts';
import { splitOfFile } from './sources/splitOfFile.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-load-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}
const rowsOf = async (
  name: string,
  content: string | Uint8Array,
  options: Parameters<typeof loadDataset>[1] & object = {},
) => (await loadDataset(write(name, content), { ...options, split: 'train' })).toRows();

const mrpcHeader = 'Quality\t#1 ID\t#2 ID\t#1 String\t#2 String';
const mrpcFeatures = {
  sentence1: value('string'),
  sentence2: value('string'),
  label: new ClassLabel({ names: ['not_equivalent', 'equivalent'] }),
  idx: value('int32'),
};

it('takes the split of a file from its name, not from its folders, on Windows too', async () => {
  // Here a name may hold what separates folders there.
  const made = await loadDataset(write('my test\\dev\\validation.csv', 'a\n1\n'));
  expect(Object.keys(made)).toEqual(['validation']);
  expect(Object.keys(await loadDataset(write('eval\\rows.csv', 'a\n1\n')))).toEqual(['train']);
});

describe('csv', () => {
  it('types are told as pandas tells them', async () => {
    const made = await loadDataset(
      write(
        'x.csv',
        'a,b,c,d,e,f,g\n1,1.5,True,x,,007,12345678901234567890\nNA,2,False,"y, ""z""",,-3,1\n 3 ,nan,True,"two\nlines",NULL,+4,2\n',
      ),
      { split: 'train' },
    );
    expect(made.features).toEqual({
      a: value('int32'),
      b: value('float64'),
      c: value('bool'),
      d: value('string'),
      e: value('null'),
      f: value('int32'),
      g: value('string'),
    });
    expect(made.column('a')).toEqual([1, null, 3]);
    expect(made.column('b')).toEqual([1.5, 2, null]);
    expect(made.column('d')).toEqual(['x', 'y, "z"', 'two\nlines']);
    expect(made.column('f')).toEqual([7, -3, 4]);
  });

  it.each([
    ['a byte order mark and CRLF', '\uFEFFa,b\r\n1,x\r\n2,y\r\n'],
    ['no newline at the end', 'a,b\n1,x\n2,y'],
    ['empty lines', 'a,b\n\n1,x\n\n2,y\n\n'],
  ])('%s', async (_, content) =>
    expect(await rowsOf('x.csv', content)).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]),
  );

  it('options: delimiter, names, quotes, missing words, types', async () => {
    expect(await rowsOf('x.csv', '1;a\n2;b\n', { delimiter: ';', columnNames: ['n', 't'] })).toEqual([
      { n: 1, t: 'a' },
      { n: 2, t: 'b' },
    ]);
    expect(await rowsOf('y.csv', 'a,b\n"x,1\n', { quote: null })).toEqual([{ a: '"x', b: 1 }]);
    expect(await rowsOf('z.csv', 'a\nNone\nx\n', { naValues: [] })).toEqual([{ a: 'None' }, { a: 'x' }]);
    expect(
      await rowsOf('w.csv', 'l\nyes\nno\n', { features: { l: new ClassLabel({ names: ['no', 'yes'] }) } }),
    ).toEqual([{ l: 1 }, { l: 0 }]);
    expect(await rowsOf('v.csv', 'a\n1\n', { features: { a: value('string') } })).toEqual([{ a: '1' }]);
  });

  it('a header alone is a dataset of no rows', async () => {
    const made = await loadDataset(write('x.csv', 'a,b\n'), { split: 'train' });
    expect([made.length, made.columnNames]).toEqual([0, ['a', 'b']]);
  });

  it.each([
    ['empty', '', 'is empty'],
    ['a long row', 'a,b\n1,2,3\n', 'line 2: 2 column names (a, b) and 3 fields. Pass columnNames'],
    ['an open quotation mark', 'a,b\n"x,1\ny,2\n', 'pass quote: null'],
    ['another encoding', new Uint8Array([97, 10, 0xe9, 10]), 'no UTF-8'],
    ['a column that features names', 'a\n1\n', "no column 'zz'"],
  ])('errors: %s', async (what, content, message) => {
    const load = loadDataset(
      write('x.csv', content),
      what.startsWith('a column that') ? { features: { zz: value('int32') } } : {},
    );
    await expect(load).rejects.toThrow(DataFileError);
    await expect(load).rejects.toThrow(message);
    await expect(load).rejects.toThrow(join(folder, 'x.csv'));
  });

  it('names that are too many or too few', async () => {
    await expect(loadDataset(write('x.csv', '1,2\n'), { columnNames: ['a'] })).rejects.toThrow(
      '1 column names (a) and 2 fields',
    );
  });
});

describe('tsv', () => {
  it('of GLUE MRPC is not quoted, and named as on the hub', async () => {
    const content = `\uFEFF${mrpcHeader}\r\n1\t12\t34\tHe said " hi .\tAn "open\r\n0\t5\t6\t"quoted"\tnull\r\n`;
    const made = await loadDataset(write('train.tsv', content), 'mrpc', { split: 'train' });
    expect((await loadDataset(write('MRPC/train.tsv', content), { split: 'train' })).toRows()).toEqual(made.toRows());
    expect(made.features).toEqual(mrpcFeatures);
    expect(made.columnNames).toEqual(['sentence1', 'sentence2', 'label', 'idx']);
    expect(made.toRows()).toEqual([
      { sentence1: 'He said " hi .', sentence2: 'An "open', label: 1, idx: 0 },
      { sentence1: '"quoted"', sentence2: 'null', label: 0, idx: 1 },
    ]);
  });

  it('of MRPC under its first names, and without labels', async () => {
    const mrpc = await loadDataset(
      folder +
        (write('MRPC/msr_paraphrase_train.txt', `${mrpcHeader}\n1\t1\t2\ta\tb\n`),
        write('MRPC/test.txt', 'index\t#1 ID\t#2 ID\t#1 String\t#2 String\n0\t1\t2\ta\tb\n'),
        '/MRPC'),
      'mrpc',
    );
    expect(mrpc.split('train').features).toEqual(mrpcFeatures);
    expect(mrpc.split('test').column('label')).toEqual([-1]);
  });

  it('of MRPC, ragged', async () => {
    await expect(loadDataset(write('x.tsv', `${mrpcHeader}\n1\t1\t2\ta\tb\n1\t1\t2\ta\n`), 'mrpc')).rejects.toThrow(
      'line 3: 4 fields; the header has 5',
    );
  });

  it.each([
    [
      'qqp',
      'id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n5\t1\t2\tWhat "is?\tq\t1\n',
      { question1: 'What "is?', question2: 'q', label: 1, idx: 5 },
    ],
    [
      'stsb',
      'index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n0\tm\tM\t2012\t1\tnone\tnone\ta\tb\t5.000\n',
      { sentence1: 'a', sentence2: 'b', label: 5, idx: 0 },
    ],
    [
      'mnli',
      'index\tgenre\tsentence1_binary_parse\tsentence1\tsentence2\tgold_label\n3\tg\t( a )\ta\tb\tcontradiction\n',
      { premise: 'a', hypothesis: 'b', label: 2, idx: 3 },
    ],
    [
      'qnli',
      'index\tquestion\tsentence\tlabel\n0\tq?\ts\tnot_entailment\n',
      { question: 'q?', sentence: 's', label: 1, idx: 0 },
    ],
    [
      'rte',
      'index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n',
      { sentence1: 'a', sentence2: 'b', label: 0, idx: 0 },
    ],
    ['wnli', 'index\tsentence1\tsentence2\tlabel\n0\ta\tb\t1\n', { sentence1: 'a', sentence2: 'b', label: 1, idx: 0 }],
    [
      'cola',
      'gj04\t1\t\tOur friends.\ngj04\t0\t*\tThey drank the pub.\n',
      { sentence: 'Our friends.', label: 1, idx: 0 },
    ],
    ['sst2', 'sentence\tlabel\nhide " new\t0\n', { sentence: 'hide " new', label: 0, idx: 0 }],
  ])('of GLUE %s', async (subset, content, row) => {
    const made = await loadDataset(write('train.tsv', content), subset, { split: 'train' });
    expect(made.at(0)).toEqual(row);
    expect(made.features).toEqual(glueFeatures[subset]);
  });

  it('of other making is quoted', async () => {
    expect(await rowsOf('x.tsv', 'a\tb\n"x\ty"\t1\nm"n\t2\n')).toEqual([
      { a: 'x\ty', b: 1 },
      { a: 'm"n', b: 2 },
    ]);
  });
});

describe('json', () => {
  const rows = [
    { a: 1, b: ['x'] },
    { a: 2, b: [] },
  ];
  it.each([
    ['lines', '{"a":1,"b":["x"]}\r\n\r\n{"a":2,"b":[]}'],
    ['an array', JSON.stringify(rows)],
    ['an array over lines', `\uFEFF${JSON.stringify(rows, null, 2)}`],
  ])('as %s', async (_, content) => expect(await rowsOf('x.json', content)).toEqual(rows));

  it('under a key, with missing values and types', async () => {
    expect(
      await rowsOf('x.json', '{"version":1,"data":[{"l":"b"},{"m":1}]}', {
        field: 'data',
        features: { l: new ClassLabel({ names: ['a', 'b'] }) },
      }),
    ).toEqual([
      { l: 1, m: null },
      { l: null, m: 1 },
    ]);
    expect(await rowsOf('x.jsonl', '{"only":[1,2]}\n{"only":[3]}\n')).toEqual([{ only: [1, 2] }, { only: [3] }]);
  });

  it.each([
    ['empty', ' \n', 'is empty'],
    ['a broken line', '{"a":1}\n{"a":\n', 'line 2: no JSON'],
    ['a broken file', '[{"a":1},', 'no JSON'],
    ['records that are none', '[1,2]', 'record 0: 1 is no object. If the records are under a key, pass field.'],
    ['an unknown key', '[]', "no field 'data'"],
  ])('errors: %s', async (what, content, message) => {
    await expect(
      loadDataset(write('x.json', content), what === 'an unknown key' ? { field: 'data' } : {}),
    ).rejects.toThrow(message);
  });

  it('mixed types', async () => {
    await expect(loadDataset(write('x.jsonl', '{"a":1}\n{"a":"x"}'))).rejects.toThrow(FeatureError);
  });
});

const parquet = (rows: readonly { s: string; n: number }[], kvMetadata?: { key: string; value: string }[]) =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 's', data: rows.map(({ s }) => s), type: 'STRING' },
        { name: 'label', data: rows.map(({ n }) => BigInt(n)), type: 'INT64' },
        { name: 'x', data: rows.map(({ n }) => n), type: 'DOUBLE' },
        { name: 'f', data: rows.map(({ n }) => n / 2), type: 'FLOAT' },
      ],
      ...(kvMetadata && { kvMetadata }),
    }),
  );

describe('parquet', () => {
  it('keeps types, and the class names of datasets', async () => {
    const huggingface = {
      info: {
        features: { label: { names: ['no', 'yes'], _type: 'ClassLabel' }, s: { dtype: 'string', _type: 'Value' } },
      },
    };
    const made = await loadDataset(
      write(
        'train-00000-of-00001.parquet',
        parquet(
          [
            { s: 'a', n: 0 },
            { s: 'ü', n: 1 },
          ],
          [{ key: 'huggingface', value: JSON.stringify(huggingface) }],
        ),
      ),
      { split: 'train' },
    );
    expect(made.features).toEqual({
      s: value('string'),
      label: new ClassLabel({ names: ['no', 'yes'] }),
      x: value('float64'),
      f: value('float32'),
    });
    expect(made.toRows()).toEqual([
      { s: 'a', label: 0, x: 0, f: 0 },
      { s: 'ü', label: 1, x: 1, f: 0.5 },
    ]);
  });

  it('lists, booleans, missing values', async () => {
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'b', data: [true, null], type: 'BOOLEAN', nullable: true },
        { name: 'j', data: [[1, 2], []], type: 'JSON' },
      ],
    });
    const made = await loadDataset(write('x.parquet', new Uint8Array(bytes)), { split: 'train' });
    expect(made.features).toEqual({ b: value('bool'), j: list(value('int32')) });
    expect(made.toRows()).toEqual([
      { b: true, j: [1, 2] },
      { b: null, j: [] },
    ]);
  });

  it('that is none', async () => {
    await expect(loadDataset(write('x.parquet', 'PAR1 no'))).rejects.toThrow(/x\.parquet' cannot be read as Parquet/);
    await expect(loadDataset(write('x.parquet', parquet([{ s: 'a', n: 1 }]).subarray(0, 60)))).rejects.toThrow(
      DataFileError,
    );
  });
});

it('text: one row per line', async () => {
  expect(await rowsOf('x.txt', '\uFEFFone\r\n\r\nthree\n')).toEqual([{ text: 'one' }, { text: '' }, { text: 'three' }]);
  expect(await rowsOf('x.txt', 'one\r\rthree\f \r')).toEqual([{ text: 'one' }, { text: '' }, { text: 'three\f ' }]);
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
    write('imdb.train.csv', 'a\n1\n');
    write('imdb.test.csv', 'a\n2\n3\n');
    expect((await loadDataset(folder)).numRows()).toEqual({ train: 1, test: 2 });
  });

  it('a folder: files like a pattern, and paths written in other ways', async () => {
    write('x1.csv', 'a\n1\n');
    write('x2.csv', 'a\n2\n');
    write('sub/y.csv', 'a\n3\n');
    write('.hidden/z.csv', 'a\n4\n');
    write('b(c).tsv', 'a\n5\n');
    const values = async (dataFiles: string | string[], dataDir?: string) =>
      (await loadDataset(folder, { dataFiles, dataDir, split: 'train' })).column('a');
    expect(await values('*.csv')).toEqual([1, 2]);
    expect((await values('**/*.csv')).toSorted()).toEqual([1, 2, 3]);
    expect(await values('x[!1].csv')).toEqual([2]);
    expect(await values(['x?.csv', './sub//y.csv'])).toEqual([1, 2, 3]);
    expect(await values('*(c).tsv')).toEqual([5]);
    expect(await values('*', './sub/')).toEqual([3]);
    expect(await values(join(folder, 'x1.csv'))).toEqual([1]);
    expect((await loadDataset(folder, { dataDir: './sub' })).train?.length).toBe(1);
    await expect(values('*.parquet')).rejects.toThrow("has no data file like '*.parquet'. There are: ");
    await expect(loadDataset('csv', { dataFiles: `${folder}/*.csv` })).rejects.toThrow(
      `loadDataset('${folder}', { dataFiles: '*.csv' })`,
    );
  });

  it('a folder: parts of splits in data are all of it, and what tells of data is none', async () => {
    write('data/train-00000-of-00002.csv', 'a\n1\n');
    write('data/train-00001-of-00002.csv', 'a\n2\n');
    write('train-00000-of-00001.csv', 'b\n3\n');
    write('raw/test.jsonl', '{"a":4}\n');
    expect((await loadDataset(folder)).train?.toRows()).toEqual([{ a: 1 }, { a: 2 }]);
    expect((await loadDataset(folder)).splitNames()).toEqual(['train']);
  });

  it('a folder: what tells of data, or of a model, is no data', async () => {
    write('pairs.jsonl', '{"a":1}\n');
    for (const name of ['config.json', 'dataset_info.json', '__MACOSX/pairs.jsonl']) write(name, '{"b":1}');
    expect((await loadDataset(folder)).train?.toRows()).toEqual([{ a: 1 }]);
  });

  it('a folder: the splits by name, other files left alone', async () => {
    write('train.csv', 'a\n1\n2\n');
    write('dev.csv', 'a\n3\n');
    write('README.md', '# x');
    write('LICENSE.txt', 'free');
    write('config.json', '{}');
    write('.hidden/train.csv', 'a\n9\n');
    const dict = await loadDataset(folder);
    expect(dict.numRows()).toEqual({ train: 2, validation: 1 });
    expectTypeOf(dict['train']!.at(0)['a']).toBeAny();
    expect((await loadDataset(folder, { split: 'validation' })).column('a')).toEqual([3]);
  });

  it('a folder: several files of a split, and folders as splits', async () => {
    write('train/b.jsonl', '{"a":2}');
    write('train/a.jsonl', '{"a":1}');
    write('test/a.jsonl', '{"a":3}');
    expect((await loadDataset(folder)).split('train').column('a')).toEqual([1, 2]);
    write('one/x.csv', 'a\n1\n');
    expect((await loadDataset(join(folder, 'one'))).numRows()).toEqual({ train: 1 });
    expect((await loadDataset(folder, { dataDir: 'one' })).numRows()).toEqual({ train: 1 });
    expect((await loadDataset(folder, { dataFiles: { test: 'one/x.csv' } })).numRows()).toEqual({ test: 1 });
  });

  it('a builder with its files', async () => {
    const [a, b, c] = [write('a.data', 'x\n1\n'), write('b.csv', 'x\n2\n'), write('c', 'x\n3\n')];
    expect((await loadDataset('csv', { dataFiles: a })).numRows()).toEqual({ train: 1 });
    expect((await loadDataset('csv', { dataFiles: [a, b], split: 'train' })).column('x')).toEqual([1, 2]);
    expect((await loadDataset('csv', { dataFiles: { test: [c], train: a } })).split('test').column('x')).toEqual([3]);
    expect((await loadDataset('text', { dataFiles: b, split: 'train' })).column('text')).toEqual(['x', '2']);
    expect(
      (await loadDataset('csv', { dataFiles: new File(['x\n5\n'], 'page.csv'), split: 'train' })).column('x'),
    ).toEqual([5]);
  });

  it('split expressions', async () => {
    write('train.csv', `i\n${Array.from({ length: 7 }, (_, index) => index).join('\n')}\n`);
    write('test.csv', 'i\n10\n11\n');
    const rows = async (split: string) => (await loadDataset(folder, { split })).column('i');
    expect(await rows('train[2:4]')).toEqual([2, 3]);
    expect(await rows('train[:50%]')).toEqual([0, 1, 2, 3]);
    expect(await rows('train[50%:]')).toEqual([4, 5, 6]);
    expect(await rows('train[-2:]+test[:1]')).toEqual([5, 6, 10]);
    expect(await rows(' train[ -10% : ] ')).toEqual([6]);
    expect(await rows('train[:]')).toHaveLength(7);
    expect(await rows('all')).toHaveLength(9);
    expect((await loadDataset(join(folder, 'test.csv'), { split: '[1:2]' })).column('i')).toEqual([11]);
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
    ['a file that is not there', () => loadDataset('csv', { dataFiles: join(folder, 'no.csv') }), `There is no file '`],
    [
      'a folder of nothing',
      () => loadDataset((mkdirSync(join(folder, 'e'), { recursive: true }), join(folder, 'e'))),
      'no data files',
    ],
    ['a file of no kind', () => loadDataset(write('x.bin', '1')), 'no known kind'],
    ['a builder without files', () => loadDataset('csv'), 'needs { dataFiles }'],
    ['no files', () => loadDataset('csv', { dataFiles: { train: [] } }), "names no file for 'train'"],
    [
      'two kinds',
      () => loadDataset((write('d/train.csv', 'a\n1\n'), write('d/train.jsonl', '{}'), join(folder, 'd'))),
      'files of several kinds (csv, json)',
    ],
    [
      'files that differ',
      () => loadDataset('csv', { dataFiles: [write('a.csv', 'x\n1\n'), write('b.csv', 'y\n1\n')] }),
      'has the columns y',
    ],
  ])('errors: %s', async (_, load, message) => {
    await expect(load()).rejects.toThrow(message);
    await expect(load()).rejects.toThrow(DatasetError);
  });
});

describe('from the hub', () => {
  const commit = 'a'.repeat(40);

  async function withHub(
    files: Readonly<Record<string, Uint8Array>>,
    body: (requests: string[]) => Promise<void>,
  ): Promise<void> {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      const url = request.url ?? '';
      requests.push(url);
      if (url === '/api/datasets/nyu-mll/glue/revision/main') response.end(JSON.stringify({ sha: commit }));
      else if (url.startsWith(`/api/datasets/nyu-mll/glue/tree/${commit}`)) {
        response.end(
          JSON.stringify(
            Object.entries(files).map(([path, bytes]) => ({
              type: 'file',
              path,
              size: bytes.length,
              oid: 'b'.repeat(40),
              lfs: { oid: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, pointerSize: 1 },
            })),
          ),
        );
      } else {
        const found = files[url.split(`/resolve/${commit}/`)[1] ?? ''];
        if (found) response.end(found);
        else response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('HF_HUB_OFFLINE', '');
    vi.stubEnv('TRANSFORMERS_OFFLINE', '');
    vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    vi.stubEnv('HF_HUB_CACHE', join(folder, 'cache'));
    try {
      await body(requests);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  const bytes = parquet([
    { s: 'a', n: 1 },
    { s: 'b', n: 0 },
  ]);
  const files = {
    'README.md': new TextEncoder().encode('# GLUE'),
    'mrpc/train-00000-of-00001.parquet': bytes,
    'mrpc/validation-00000-of-00001.parquet': bytes,
    'mnli/validation_matched-00000-of-00001.parquet': bytes,
  };

  it("loadDataset('glue', 'mrpc'), and again without a network", async () => {
    await withHub(files, async (requests) => {
      const mrpc = await loadDataset('glue', 'mrpc');
      expect(mrpc.numRows()).toEqual({ train: 2, validation: 2 });
      expect(mrpc.split('train').features['label']).toEqual(mrpcFeatures.label);
      expect((await loadDataset('glue', 'mnli', { split: 'validation_matched' })).length).toBe(2);
      expect(requests.filter((url) => url.includes('README') || url.includes('qqp'))).toEqual([]);
    });
    expect((await loadDataset('glue', 'mrpc')).numRows()).toEqual({ train: 2, validation: 2 });
  });

  it('names the configurations', async () => {
    await withHub(files, async () => {
      await expect(loadDataset('glue')).rejects.toThrow("pass one of mnli, mrpc, as loadDataset('glue', 'mnli')");
      await expect(loadDataset('glue', 'mprc')).rejects.toThrow("no configuration 'mprc'. It has: mnli, mrpc");
    });
  });

  it('without a network says how to pass a folder', async () => {
    vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:9');
    vi.stubEnv('HF_HUB_CACHE', join(folder, 'empty'));
    const began = performance.now();
    const error = await loadDataset('glue', 'mrpc').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HubOfflineError);
    expect((error as Error).message).toContain("pass that folder's path");
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

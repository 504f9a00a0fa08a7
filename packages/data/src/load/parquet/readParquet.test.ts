import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { ClassLabel, DataFileError, FeatureError, list, loadDataset, value } from '../../index.ts';
import type { Dataset, Features, LoadDatasetOptions } from '../../index.ts';
// Written by pyarrow 26.
import files from './parquet.golden.json' with { type: 'json' };

const load = (name: keyof typeof files, options: LoadDatasetOptions = {}): Promise<Dataset> =>
  loadDataset('parquet', {
    ...options,
    dataFiles: new File([Buffer.from(files[name], 'base64')], `${name}.parquet`),
    split: 'train',
  });

describe('readParquet', () => {
  it.each(['zstd', 'zstdPages2', 'lz4', 'gzip', 'brotli', 'snappy'] as const)('compressed: %s', async (name) => {
    expect((await load(name)).toRows()).toEqual([
      { text: 'good film', label: 1 },
      { text: 'good film', label: 0 },
      { text: null, label: 1 },
    ]);
  });

  it('a compressed page that holds nothing', async () => {
    expect((await load('lz4Nothing')).column('n')).toEqual([null, null]);
  });

  it('takes types from the schema, each from its own place', async () => {
    const made = await load('shapes');
    expect(made.features).toEqual({
      label: value('int64'),
      parts: value('struct'),
      spans: list(value('struct')),
      hot: list(value('float32')),
      tags: list(value('int64')),
      map: value('struct'),
      element: value('int32'),
    });
    expect(made.toRows()).toEqual([
      {
        label: 3,
        parts: { label: 0.5, big: '1152921504606846976', small: 1 },
        spans: [{ start: 1 }],
        hot: [1, 0],
        tags: [1, 2],
        map: { a: 1 },
        element: 5,
      },
      {
        label: 4,
        parts: { label: 1.5, big: '7', small: null },
        spans: [],
        hot: [0, 1],
        tags: null,
        map: {},
        element: 6,
      },
    ]);
    expect(JSON.stringify(made.toRows())).toContain('"start":1');
    expect(await made.fingerprint()).toMatch(/^[0-9a-f]{64}$/);
  });

  it('whole numbers beyond 2^53 are text, all of their column', async () => {
    const made = await load('large');
    expect(made.features).toEqual({
      id: value('string'),
      u: value('string'),
      ids: list(value('string')),
      u32: value('int64'),
    });
    expect(made.toRows()).toEqual([
      { id: '9007199254740993', u: '18446744073709551615', ids: ['1152921504606846976'], u32: 4294967295 },
      { id: '5', u: '0', ids: ['1'], u32: 0 },
      { id: null, u: '1', ids: [], u32: 1 },
    ]);
    expect((await load('large', { features: { id: value('float64') } })).column('id')[0]).toBe(9007199254740992);
    await expect(load('large', { features: { id: value('int64') } })).rejects.toThrow(FeatureError);
    await expect(load('large', { features: { id: value('int64') } })).rejects.toThrow('as string every digit is kept');
  });

  it('dates and times are ISO text with all their digits, decimals exact', async () => {
    expect((await load('times')).toRows()).toEqual([
      {
        day: '2024-02-29',
        us: '2024-01-02T03:04:05.123456',
        ns: '2024-01-02T03:04:05.123456789Z',
        ms: '2024-01-02T03:04:05.000Z',
        time: '03:04:05.000007',
        price: 12.5,
        exact: '12345678901234567890.123456789',
      },
      {
        day: '1969-12-31',
        us: '1969-12-31T23:59:59.999999',
        ns: '1969-12-31T23:59:59.999999999Z',
        ms: '1970-01-01T00:00:00.001Z',
        time: '23:59:59',
        price: -0.05,
        exact: '-0.000000001',
      },
    ]);
  });

  it('dates of old writers, which do not say whose time it is', async () => {
    expect((await load('int96')).column('at')).toEqual(['2024-01-02T03:04:05.123456', null, '1969-12-31T23:59:59.000']);
  });

  it('bytes stay bytes, or are text where that is asked for', async () => {
    const made = await load('bytes', { features: { raw: value('string') } });
    expect(made.features['image']).toEqual(list(value('uint8')));
    expect(made.toRows()).toEqual([
      { image: [137, 80, 255, 0], hash: [0, 1], raw: 'ü' },
      { image: null, hash: [255, 2], raw: 'b' },
    ]);
  });

  it('knows the types of columns without values', async () => {
    const types: Features = { text: value('string'), label: value('int64'), none: list(value('float64')) };
    expect((await load('noRows')).features).toEqual(types);
    expect((await load('allMissing')).features).toEqual({ text: value('string'), n: value('int64') });
  });

  it('columns called as members of every object', async () => {
    const made = await load('members');
    expect(made.columnNames).toEqual(['constructor', '__proto__', 'toString']);
    expect(made.columnNames.map((name) => made.column(name))).toEqual([
      ['Ferrari', 'Williams'],
      [1, 2],
      [0.5, 1],
    ]);
    expect(made.features['toString']).toEqual(value('float64'));
  });

  it('keeps the class names of datasets, also in lists', async () => {
    expect((await load('classesInLists')).features).toEqual({
      tags: list(new ClassLabel({ names: ['O', 'B'] })),
      deep: list(new ClassLabel({ names: ['x'] })),
    });
  });

  it('two columns of one name', async () => {
    await expect(load('twice')).rejects.toThrow(DataFileError);
    await expect(load('twice')).rejects.toThrow("two columns are called 'a'");
  });

  it('a file damaged in two places is one error', async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listen);
    const columns = ['first', 'second'].map((name) => ({ name, data: ['aaaa', 'bbbb'], type: 'STRING' as const }));
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData: columns }));
    // A column of another name in the schema than in what follows it, and pages of no sense.
    const schema = Buffer.from(bytes).indexOf('second');
    const damaged = bytes.slice();
    damaged.set(Buffer.from('x'), schema);
    damaged.fill(0xff, 30, 44);
    const attempt = loadDataset('parquet', { dataFiles: new File([damaged], 'x.parquet') });
    await expect(attempt).rejects.toThrow("the schema has no column 'second'");
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  });
});

import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { ClassLabel, DataFileError, FeatureError, list, loadDataset, value } from '../index.ts';
import { ownFolder } from '../testing/ownFolder.ts';

const folder = ownFolder();

const rowsOf = async (
  name: string,
  content: string | Uint8Array,
  options: Parameters<typeof loadDataset>[1] & object = {},
) => (await loadDataset(folder.write(name, content), { ...options, split: 'train' })).toRows();

describe('csv', () => {
  it('types are inferred as by pandas', async () => {
    const made = await loadDataset(
      folder.write(
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
    const made = await loadDataset(folder.write('x.csv', 'a,b\n'), { split: 'train' });
    expect([made.length, made.columnNames]).toEqual([0, ['a', 'b']]);
  });

  it.each([
    ['empty', '', 'is empty'],
    ['a long row', 'a,b\n1,2,3\n', 'line 2: 2 column names (a, b) and 3 fields. Pass columnNames'],
    ['an open quotation mark', 'a,b\n"x,1\ny,2\n', 'pass quote: null'],
    ['another encoding', new Uint8Array([97, 10, 0xe9, 10]), 'not UTF-8'],
    ['a column that features names', 'a\n1\n', "no column 'zz'"],
  ])('errors: %s', async (what, content, message) => {
    const load = loadDataset(
      folder.write('x.csv', content),
      what.startsWith('a column that') ? { features: { zz: value('int32') } } : {},
    );
    await expect(load).rejects.toThrow(DataFileError);
    await expect(load).rejects.toThrow(message);
    await expect(load).rejects.toThrow(join(folder.path, 'x.csv'));
  });

  it('names that are too many or too few', async () => {
    await expect(loadDataset(folder.write('x.csv', '1,2\n'), { columnNames: ['a'] })).rejects.toThrow(
      '1 column names (a) and 2 fields',
    );
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
    ['a broken line', '{"a":1}\n{"a":\n', 'line 2: not JSON'],
    ['a broken file', '[{"a":1},', 'not JSON'],
    ['records that are none', '[1,2]', 'record 0: 1 is not an object. If the records are under a key, pass field.'],
    ['an unknown key', '[]', "no field 'data'"],
  ])('errors: %s', async (what, content, message) => {
    await expect(
      loadDataset(folder.write('x.json', content), what === 'an unknown key' ? { field: 'data' } : {}),
    ).rejects.toThrow(message);
  });

  it('mixed types', async () => {
    await expect(loadDataset(folder.write('x.jsonl', '{"a":1}\n{"a":"x"}'))).rejects.toThrow(FeatureError);
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
      folder.write(
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
    const made = await loadDataset(folder.write('x.parquet', new Uint8Array(bytes)), { split: 'train' });
    expect(made.features).toEqual({ b: value('bool'), j: list(value('int32')) });
    expect(made.toRows()).toEqual([
      { b: true, j: [1, 2] },
      { b: null, j: [] },
    ]);
  });

  it('that is none', async () => {
    await expect(loadDataset(folder.write('x.parquet', 'PAR1 no'))).rejects.toThrow(
      /x\.parquet' cannot be read as Parquet/,
    );
    await expect(loadDataset(folder.write('x.parquet', parquet([{ s: 'a', n: 1 }]).subarray(0, 60)))).rejects.toThrow(
      DataFileError,
    );
  });
});

it('text: one row per line', async () => {
  expect(await rowsOf('x.txt', '\uFEFFone\r\n\r\nthree\n')).toEqual([{ text: 'one' }, { text: '' }, { text: 'three' }]);
  expect(await rowsOf('x.txt', 'one\r\rthree\f \r')).toEqual([{ text: 'one' }, { text: '' }, { text: 'three\f ' }]);
});

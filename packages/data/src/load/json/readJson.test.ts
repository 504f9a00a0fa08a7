import { describe, expect, it } from 'vitest';
import { DataFileError, FeatureError, list, loadDataset, value } from '../../index.ts';
import type { LoadDatasetOptions } from '../../index.ts';

const load = (content: string, options: LoadDatasetOptions = {}) =>
  loadDataset('json', { ...options, dataFiles: new File([content], 'x.jsonl'), split: 'train' });
const rows = async (...given: Parameters<typeof load>) => (await load(...given)).toRows();

describe('the shape of a JSON file', () => {
  it.each([
    ['one line of lists is one row', '{"tokens":["a","b"],"tags":[0,1]}\n', [{ tokens: ['a', 'b'], tags: [0, 1] }]],
    [
      'one object over lines is one row',
      '{\n "id": "x",\n "scores": [1, 2, 3],\n "more": [1]\n}',
      [{ id: 'x', scores: [1, 2, 3], more: [1] }],
    ],
    ['one object of lists over lines', '{\n "a": [1],\n "b": [2]\n}', [{ a: [1], b: [2] }]],
    ['a single value', '{"a":1}', [{ a: 1 }]],
    ['lines that end by CR alone', '{"a":1}\r{"a":2}\r', [{ a: 1 }, { a: 2 }]],
    ['line separators of Unicode inside a text', '{"a":"x\u2028y"}\n{"a":"z"}\n', [{ a: 'x\u2028y' }, { a: 'z' }]],
    ['columns called as members of every object', '{"constructor":"a","__proto__":1}\n{"toString":true}\n', undefined],
  ])('%s', async (_, content, expected) => {
    if (expected) {
      expect(await rows(content)).toEqual(expected);
      return;
    }
    const made = await load(content);
    expect(made.columnNames.map((name) => [name, made.column(name)])).toEqual([
      ['constructor', ['a', null]],
      ['__proto__', [1, null]],
      ['toString', [null, true]],
    ]);
  });

  it('columns under a key', async () => {
    expect(await rows('{"data":{"a":[1,2],"b":["x","y"]}}', { field: 'data' })).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]);
    await expect(load('{"version":1}', { field: 'data' })).rejects.toThrow("has no field 'data'. It has: version.");
  });

  it('a bad line is named, also the first, without printing the file', async () => {
    const long = `{"a":${'x'.repeat(500)}}\n{"a":1}\n`;
    const error = await load(long).catch((thrown: unknown) => thrown as Error);
    expect(error).toBeInstanceOf(DataFileError);
    expect((error as Error).message).toContain("'x.jsonl', line 1: not JSON");
    expect((error as Error).message.length).toBeLessThan(250);
  });
});

describe('the numbers of a JSON file', () => {
  it('minus zero is a whole number without a point, and a float with one', async () => {
    const made = await load('{"a":-0,"b":-0.0,"c":[-0,1]}\n{"a":2,"b":1,"c":[]}\n');
    expect(made.features).toEqual({ a: value('int32'), b: value('float64'), c: list(value('int32')) });
    expect(made.toRows()).toEqual([
      { a: 0, b: -0, c: [0, 1] },
      { a: 2, b: 1, c: [] },
    ]);
  });

  it('beyond 2^53 keep their digits as text, all of their column', async () => {
    const made = await load(
      '{"id":9007199254740993,"ids":[1],"o":{"id":-9007199254740993,"n":1}}\n{"id":5,"ids":[12345678901234567890]}\n',
    );
    expect(made.features).toMatchObject({ id: value('string'), ids: list(value('string')) });
    expect(made.toRows()).toEqual([
      { id: '9007199254740993', ids: ['1'], o: { id: '-9007199254740993', n: 1 } },
      { id: '5', ids: ['12345678901234567890'], o: null },
    ]);
    expect(await rows('[{"x":1.5},{"x":9007199254740993}]')).toEqual([{ x: 1.5 }, { x: 9007199254740992 }]);
    await expect(load('{"id":9007199254740993}', { features: { id: value('int64') } })).rejects.toThrow('beyond 2^53');
  });

  it('written as floats are floats, though whole', async () => {
    const made = await load('{"score":1.0,"s":[0.0,1e2],"o":{"x":2.0},"n":3}\n');
    expect(made.features).toEqual({
      score: value('float64'),
      s: list(value('float64')),
      o: value('struct'),
      n: value('int32'),
    });
    expect(made.at(0)).toEqual({ score: 1, s: [0, 100], o: { x: 2 }, n: 3 });
    expect(await rows('{"t":1.0}', { features: { t: value('string') } })).toEqual([{ t: '1.0' }]);
  });

  it('are shown in messages as they are written', async () => {
    await expect(load('{"a":"x"}\n{"a":1.0}\n')).rejects.toThrow('float64 (1.0, row 1)');
    await expect(load('{"a":"x"}\n{"a":[1.0]}\n')).rejects.toThrow('list<float64> ([1], row 1)');
  });

  it('may be NaN and Infinity, as Python writes them', async () => {
    expect((await load('{"s":1.5}\n{"s":NaN}\n{"s":-Infinity}\n')).column('s')).toEqual([1.5, NaN, -Infinity]);
  });

  it('are left alone inside texts', async () => {
    const texts = ['NaN 1.0 12345678901234567890', 'a "quoted" \\ 1.0', '\\', 'ends with \\"', '\ud83d\ude00 Infinity'];
    const content = texts.map((text) => `${JSON.stringify({ text, n: 0 })}`).join('\n');
    expect((await load(content.replaceAll('"n":0', '"n":2.0'))).toRows()).toEqual(
      texts.map((text) => ({ text, n: 2 })),
    );
    const long = JSON.stringify({ text: 'x'.repeat(3_000_000) }).replace('}', ',"n":1.0}');
    expect((await load(long)).at(0)['n']).toBe(1);
  });
});

describe('deep nesting', () => {
  it.each([
    ['lists', (inside: string, depth: number) => '['.repeat(depth) + inside + ']'.repeat(depth)],
    ['objects', (inside: string, depth: number) => '{"a":'.repeat(depth) + inside + '}'.repeat(depth)],
  ])('of %s is a typed error', async (_, nest) => {
    for (const depth of [101, 3000, 100_000])
      for (const inside of ['1', '1.0'])
        await expect(load(`{"x":${nest(inside, depth)}}\n`), `${depth}`).rejects.toThrow(FeatureError);
    expect(await load(`{"x":${nest('1', 50)}}\n`)).toHaveLength(1);
  });
});

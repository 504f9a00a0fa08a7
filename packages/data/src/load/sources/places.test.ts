import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ClassLabel, Dataset, list, loadDataset, value } from '../../index.ts';
import type { LoadDatasetOptions } from '../../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-places-'));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const rows = async (name: string, content: string, options: LoadDatasetOptions = {}) =>
  (await loadDataset(file(name, content), { ...options, split: 'train' })).toRows();

describe('the line of a value that does not fit', () => {
  it.each<[string, string, string, LoadDatasetOptions, string]>([
    [
      'of a class that there is not, behind blank lines and a text of two',
      'a.csv',
      'text,label\n\n"two\nlines",yes\nb,maybe\n',
      { features: { label: new ClassLabel({ names: ['no', 'yes'] }) } },
      `, line 5: Column 'label', row 1: "maybe" is not ClassLabel(no, yes)`,
    ],
    [
      'of no number',
      'a.csv',
      'a\n1\nx\n',
      { features: { a: value('int32') } },
      `, line 3: Column 'a', row 1: "x" is not int32`,
    ],
    [
      'of two types',
      'a.jsonl',
      '{"a":1}\n\n{"a":"x"}\n',
      {},
      `, line 3: Column 'a' mixes types: int32 so far, and then string ("x", row 1)`,
    ],
    [
      'in a list',
      'a.jsonl',
      '{"a":[1]}\n{"a":[2,"x"]}\n',
      {},
      `, line 2: Column 'a' mixes types: int32 so far, and then string ("x", row 1)`,
    ],
    [
      'in a list of a given type',
      'a.jsonl',
      '{"a":[1,2]}\n{"a":[]}\n{"a":[3,"x"]}\n',
      { features: { a: list(value('int32')) } },
      `, line 3: Column 'a', row 2: "x" is not int32`,
    ],
    ['of a record that is none', 'a.jsonl', '{"a":1}\n\n5\n{"a":1}\n', {}, ', line 3, record 1: 5 is not an object'],
  ])('%s', async (_, name, content, options, message) => {
    await expect(rows(name, content, options)).rejects.toThrow(`'${join(folder, name)}'${message}`);
  });
});

describe('what is wrong with JSON', () => {
  it.each([
    [
      'a comma between records',
      '{"a":1},\n{"a":2}\n',
      'line 1: not JSON: the end was expected before ,. Give each record a line of its own',
    ],
    [
      'records over lines',
      '{\n"a":1\n}\n{\n"a":2\n}\n',
      'line 4: not JSON: the end was expected before {. Give each record',
    ],
    [
      'a comment',
      '[\n  // rows\n  {"a":1}\n]',
      'line 2: not JSON: a value or ] was expected before // rows. JSON has no comments',
    ],
    ['a comma too many', '[{"a":1},\n]', 'line 2: not JSON: a value was expected before ]. Remove the comma before it'],
    [
      'a comma too many in an object',
      '{"a":1}\n{"a":1,}\n',
      'line 2: not JSON: a name was expected before }. Remove the comma',
    ],
    [
      'single quotation marks',
      "{'a':1}\n",
      `line 1: not JSON: a name or } was expected before 'a':1}. Strings and names need "double"`,
    ],
    ['a bare name', '{a:1}\n', 'line 1: not JSON: a name or } was expected before a:1}. Names need "double"'],
    [
      "Python's words",
      '{"a":1}\n{"a":None}\n',
      'line 2: not JSON: a value was expected before None}. JSON has true, false and null',
    ],
    [
      'a bracket that is not closed',
      '[{"a":1}',
      'line 1: not JSON: it ends where a comma or ] was expected: it is cut off',
    ],
    [
      'a new line in a text',
      '[{"a":"x\ny"}]',
      'line 1: not JSON: a value was expected before "x. A quotation mark in a string is written \\", a new line \\n',
    ],
    ['a missing comma', '{"a":1 "b":2}\n', 'line 1: not JSON: a comma or } was expected before "b":2}'],
    ['NaN, and an error behind it', '[{"a":NaN},\n{"a":nan}]', 'line 2: not JSON: a value was expected before nan}]'],
    ['a csv', 'text,label\na,1\n', 'line 1: not JSON: a value was expected before text,label'],
  ])('%s', async (_, content, message) => {
    const path = file('x.json', content);
    await expect(loadDataset('json', { dataFiles: path })).rejects.toThrow(`'${path}', ${message}`);
  });

  it('finds the place in a long text of many escapes', async () => {
    const content = `[{"a":"${'\\"x'.repeat(200_000)}"},\n{"a":}]`;
    await expect(rows('long.json', content)).rejects.toThrow('line 2: not JSON: a value was expected before }]');
  });
});

describe('options of other kinds of files', () => {
  const contents = { 'o.csv': 'a,b\n1,2\n', 'o.tsv': 'a\tb\n1\t2\n', 'o.jsonl': '{"a":1}\n', 'o.txt': 'a\n' };
  it.each<[keyof typeof contents, LoadDatasetOptions, string]>([
    ['o.jsonl', { delimiter: ';' }, 'is read as json, which has no option delimiter; it has encoding, field'],
    ['o.jsonl', { columnNames: ['x'] }, 'no option columnNames'],
    ['o.jsonl', { quote: null }, 'no option quote'],
    ['o.jsonl', { naValues: [] }, 'no option naValues'],
    ['o.jsonl', { decimal: ',' }, 'no option decimal'],
    ['o.txt', { delimiter: ';' }, 'is read as text, which has no option delimiter; it has encoding'],
    ['o.txt', { field: 'a' }, 'no option field'],
    ['o.csv', { field: 'a' }, 'is read as csv, which has no option field'],
    ['o.tsv', { field: 'a' }, 'is read as tsv, which has no option field'],
    ['o.csv', { dataDir: 'x' }, 'dataDir chooses among the files of a folder'],
    ['o.csv', { dataFiles: 'y.csv' }, 'dataFiles chooses among the files of a folder'],
  ])('%s with %j', async (name, options, message) => {
    const path = file(name, contents[name]);
    await expect(loadDataset(path, { ...options, split: 'train' })).rejects.toThrow(message);
  });

  it('of Parquet, none', async () => {
    await expect(loadDataset('parquet', { dataFiles: file('o.parquet', 'x'), encoding: 'utf-8' })).rejects.toThrow(
      'is read as parquet, which has no option encoding',
    );
  });

  it('a folder beside the files of a kind', async () => {
    await expect(loadDataset('csv', { dataFiles: 'a.csv', dataDir: 'x' })).rejects.toThrow('takes no dataDir');
  });
});

describe('files that are not what was asked for', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    [
      'a path that is not there',
      () => loadDataset(join(folder, 'nope.csv')),
      `There is no file '${join(folder, 'nope.csv')}'`,
    ],
    [
      'an archive at an address',
      () => loadDataset('https://host/a.zip'),
      "'https://host/a.zip' cannot be read: only pages read",
    ],
    ['at an address', () => loadDataset('https://host/a.csv'), "'https://host/a.csv' cannot be read: only pages read"],
    ['under a compression', () => loadDataset('nope/train.jsonl.gz'), "There is no file 'nope/train.jsonl.gz'"],
    [
      'a pattern',
      () => loadDataset('csv', { dataFiles: join(folder, '*.csv') }),
      'Patterns are read inside a folder: loadDataset(',
    ],
    [
      'a folder among files',
      () => loadDataset('csv', { dataFiles: folder }),
      `'${folder}' is a folder: name the files in it`,
    ],
    [
      'a kind in capitals',
      () => loadDataset('CSV', { dataFiles: 'a.csv' }),
      "'CSV' is not a kind of file; did you mean 'csv'?",
    ],
    [
      'JSON read as csv',
      () => loadDataset('csv', { dataFiles: file('j.jsonl', '{"a":1}\n{"a":2}\n') }),
      "begins like JSON, not with a line of column names: load it as 'json'",
    ],
    [
      'files of different columns',
      () => loadDataset('csv', { dataFiles: [file('1.csv', 'a,b\n1,2\n'), file('2.csv', 'a,c\n1,2\n')] }),
      `'${join(folder, '2.csv')}' has the columns a, c, '${join(folder, '1.csv')}' has a, b`,
    ],
    [
      'files of different types',
      () => loadDataset('csv', { dataFiles: [file('1.csv', 'a\n1\n'), file('2.csv', 'a\nx\n')] }),
      `Column 'a' is string in '${join(folder, '2.csv')}' and int32 in '${join(folder, '1.csv')}'`,
    ],
  ])('%s', async (_, load, message) => {
    await expect(load()).rejects.toThrow(message);
  });
});

describe('rows of what is not data', () => {
  it.each<[string, unknown, string]>([
    ['a function', () => 1, "Column 'a', row 0: the value is"],
    [
      'a symbol',
      Symbol('x'),
      'the value is a symbol; a dataset holds strings, numbers, booleans, null, and lists and plain objects',
    ],
    ['a Promise', Promise.resolve(1), 'the value is a Promise; await it first; a dataset holds'],
    ['a Map', new Map([[1, 2]]), 'the value is a Map; a dataset holds'],
    ['a Set', new Set([1]), 'the value is a Set; a dataset holds'],
    ['a Date', new Date(0), 'Keep a date as text: date.toISOString().'],
    ['a File', new File(['x'], 'a.txt'), 'the value is a File; a dataset holds'],
    ['a Date in an object', { at: new Date(0) }, 'the value holds a Date; a dataset holds'],
    ['a function in a list of objects', [{ f: () => 1 }], "Column 'a', row 0: the value holds"],
  ])('%s', (_, input, message) => {
    expect(() => Dataset.fromRows([{ a: input }])).toThrow(message);
  });

  it.each([
    ['a Map', new Map([['a', 1]]), 'fromRows: row 0 must be an object with a value for each column; got a Map'],
    [
      'a Promise',
      Promise.resolve({ a: 1 }),
      'fromRows: row 0 must be an object with a value for each column; got a Promise',
    ],
  ])('a row that is %s', (_, row, message) => {
    expect(() => Dataset.fromRows([row])).toThrow(message);
  });

  it('keeps objects without a prototype, and of a class that are rows', () => {
    class Row {
      readonly a = Object.assign(Object.create(null) as object, { b: [1, { c: 'x' }] });
    }
    expect(JSON.stringify(Dataset.fromRows([new Row()]).toRows())).toBe('[{"a":{"b":[1,{"c":"x"}]}}]');
  });
});

import { describe, expect, it } from 'vitest';
import { DataFileError, loadDataset, value } from '../../index.ts';
import type { LoadDatasetOptions } from '../../index.ts';

const load = (content: string | Uint8Array<ArrayBuffer>, options: LoadDatasetOptions = {}, name = 'x.csv') =>
  loadDataset(name.endsWith('tsv') ? 'tsv' : 'csv', {
    ...options,
    dataFiles: new File([content], name),
    split: 'train',
  });
const rows = async (...given: Parameters<typeof load>) => (await load(...given)).toRows();

// Expected: pandas 3.1.
describe('csv as pandas reads it', () => {
  it.each([
    ['an empty header cell', ',text\n0,a\n', [{ 'Unnamed: 0': 0, text: 'a' }]],
    ['two empty header cells', ',a,\n0,1,2\n', [{ 'Unnamed: 0': 0, a: 1, 'Unnamed: 2': 2 }]],
    ['a name twice', 'a,a,b,a\n1,2,3,4\n', [{ a: 1, 'a.1': 2, b: 3, 'a.2': 4 }]],
    ['a name twice beside what it would become', 'a,a,a.1\n1,2,3\n', [{ a: 1, 'a.2': 2, 'a.1': 3 }]],
    ['a name like that of an empty cell', ',Unnamed: 0\n1,2\n', [{ 'Unnamed: 0.1': 1, 'Unnamed: 0': 2 }]],
    ['a line of a tab before the header', '\t\na,b\n1,2\n', [{ a: 1, b: 2 }]],
    [
      'booleans in any case',
      'a,b\ntRue,true\nFALSE,T\n,f\n',
      [
        { a: true, b: 'true' },
        { a: false, b: 'T' },
        { a: null, b: 'f' },
      ],
    ],
    [
      'a line of blanks',
      'a,b\n1,2\n   \n \t \n3,4\n',
      [
        { a: 1, b: 2 },
        { a: 3, b: 4 },
      ],
    ],
    ['a line of blanks in a single column', 'a\nx\n  \ny', [{ a: 'x' }, { a: 'y' }]],
    ['blanks before a field', 'a,b\n  x,1\n', [{ a: '  x', b: 1 }]],
    [
      'a short row',
      'text,label,note\nx,1,ok\ny,0\n',
      [
        { text: 'x', label: 1, note: 'ok' },
        { text: 'y', label: 0, note: null },
      ],
    ],
    ['an empty last field', 'a,b\nx,\n', [{ a: 'x', b: null }]],
    ['text behind a closing mark', 'text,label\n"a, b"c "d",1\n', [{ text: 'a, bc "d"', label: 1 }]],
    ['a mark inside a field', 'a,b\n5" disk,1\n', [{ a: '5" disk', b: 1 }]],
    ['doubled marks', 'a\n"""x"" y"\n', [{ a: '"x" y' }]],
    ['line ends inside marks', 'a,b\r\n"x\r\ny\nz",1\r\n', [{ a: 'x\r\ny\nz', b: 1 }]],
    [
      'lines that end by CR alone',
      'a,b\r1,x\r2,y',
      [
        { a: 1, b: 'x' },
        { a: 2, b: 'y' },
      ],
    ],
    [
      'infinity, but not with blanks',
      'a,b\ninf, inf\n-Infinity,1\n',
      [
        { a: Infinity, b: ' inf' },
        { a: -Infinity, b: '1' },
      ],
    ],
    ['numbers with blanks of ASCII around them', 'a,b\n" 1\t",\f2.5\n', [{ a: 1, b: 2.5 }]],
    [
      'blanks that are none in C',
      'a,b\n\u00a01,2.5\u3000\n3,4\n',
      [
        { a: '\u00a01', b: '2.5\u3000' },
        { a: '3', b: '4' },
      ],
    ],
    ['whole numbers beyond 2^53', 'id\n9007199254740993\n5\n', [{ id: '9007199254740993' }, { id: '5' }]],
    ['booleans where that is asked for', 'a\nTRUE\nfalse\n', [{ a: true }, { a: false }]],
  ])('%s', async (name, content, expected) => {
    const options = name.startsWith('booleans') ? { features: { a: value('bool') } } : {};
    expect(await rows(content, options)).toEqual(expected);
  });

  it.each([
    ['a long row', 'a,b\n1,2\n3,4,5\n', 'line 3: 2 column names (a, b) and 3 fields. Correct that line', /quot/],
    ['a long row behind lines in marks', 'a,b\n"x\n\ny",2\n\n3,4,5\n', 'line 6: ', undefined],
    ['a long row with a mark', 'a,b\n1,2\n"x" "y, z",4,5\n', 'pass quote: null', undefined],
    [
      'a mark that is never closed',
      'a,b\n1,2\n"x,1\ny,2\nz,3\n',
      'line 3: the quotation mark that is opened here',
      undefined,
    ],
    ['semicolons', 'subject;body;team\nx;"y\nz";1\n', "delimiter: ';'", /quot/],
    ['semicolons with a comma in a name', 'a;b, c;d\n1;2;3\n', "delimiter: ';'", undefined],
    ['tabs between quoted names', '"a"\t"b, c"\n1\t2\n', "delimiter: '\\t'", undefined],
    ['tabs', 'a\tb\n1\t2\n', "delimiter: '\\t'", undefined],
  ])('errors: %s', async (_, content, message, never) => {
    await expect(load(content)).rejects.toThrow(DataFileError);
    await expect(load(content)).rejects.toThrow(message);
    if (never) await expect(load(content)).rejects.not.toThrow(never);
  });

  it('minus zero is a whole number without a point', async () => {
    const made = await load('a,b\n-0,-0.0\n3,1\n');
    expect(made.features).toEqual({ a: value('int32'), b: value('float64') });
    expect(made.toRows()).toEqual([
      { a: 0, b: -0 },
      { a: 3, b: 1 },
    ]);
  });

  it('columnNames that name a column twice are refused', async () => {
    await expect(load('1,2\n', { columnNames: ['a', 'a'] })).rejects.toThrow("columnNames names 'a' twice");
  });

  it('a delimiter that is given is used', async () => {
    expect(await rows('a;b\n1;2\n', { delimiter: ';' })).toEqual([{ a: 1, b: 2 }]);
    expect(await rows('a;b\nx;y\n', { delimiter: ',' })).toEqual([{ 'a;b': 'x;y' }]);
    expect(await rows('"a;b"\nx\n')).toEqual([{ 'a;b': 'x' }]);
    expect(await rows('a::b\n1::2\n', { delimiter: '::' })).toEqual([{ a: 1, b: 2 }]);
  });

  it('a decimal comma', async () => {
    const made = await load('a;b;c\n2,5;1;1.5\n-0,25;2;x\n', { delimiter: ';', decimal: ',' });
    expect(made.toRows()).toEqual([
      { a: 2.5, b: 1, c: '1.5' },
      { a: -0.25, b: 2, c: 'x' },
    ]);
    const options = { delimiter: ';', decimal: ',', features: { a: value('float32') } };
    expect((await load('a;b\n2,5;1\n', options)).column('a')).toEqual([2.5]);
  });

  it('reads a table of very many columns', async () => {
    const count = 50_000;
    const names = Array.from({ length: count }, (_, index) => `c${index}`);
    const made = await load(`${names.join(',')}\n${names.map((_, index) => index).join(',')}\n`);
    expect(made.numColumns).toBe(count);
    expect(made.at(0)['c49999']).toBe(49_999);
  });
});

describe('encodings', () => {
  const latin = Uint8Array.of(0x61, 0x0a, 0xe9, 0x80, 0x0a); // a, é€ in windows-1252

  it('as told, and as a byte order mark says', async () => {
    expect(await rows(latin, { encoding: 'windows-1252' })).toEqual([{ a: 'é€' }]);
    expect(await rows(latin, { encoding: 'cp1252' })).toEqual([{ a: 'é€' }]);
    const utf16 = Uint8Array.from(Buffer.from('\uFEFFa\nü\n', 'utf16le'));
    expect(await rows(utf16)).toEqual([{ a: 'ü' }]);
    expect(await rows(utf16, { encoding: 'utf-16' })).toEqual([{ a: 'ü' }]);
    expect(await rows(Uint8Array.from(Buffer.from(utf16).swap16()))).toEqual([{ a: 'ü' }]);
    expect(await rows(Uint8Array.from(Buffer.from('a\nü\n')), { encoding: 'utf_8_sig' })).toEqual([{ a: 'ü' }]);
    expect(await rows(utf16, { encoding: 'utf_16_le' })).toEqual([{ a: 'ü' }]);
    expect(await rows(Uint8Array.of(0x61, 10, 0x8e, 10), { encoding: 'mac_roman' })).toEqual([{ a: 'é' }]);
  });

  it('errors name the way out', async () => {
    await expect(load(latin)).rejects.toThrow("is not UTF-8 text. Pass the encoding it has: 'windows-1252'");
    await expect(load(latin, { encoding: 'utf-9' })).rejects.toThrow("encoding: 'utf-9' is unknown");
    await expect(load(latin, { encoding: 'utf-16le' })).rejects.toThrow('is not utf-16le text');
  });
});

describe('a TSV of the own', () => {
  const content = 'index\tsentence1\tsentence2\tlabel\tsource\n0\t"A, ""cat"""\tB\tdifferent\tweb\n';
  const expected = { index: 0, sentence1: 'A, "cat"', sentence2: 'B', label: 'different', source: 'web' };

  it('is not taken for one of GLUE by its header', async () => {
    expect(await rows(content, {}, 'pairs.tsv')).toEqual([expected]);
    expect(await rows('question1\tquestion2\tis_duplicate\tqid1\na\tb\tyes\t1\n', {}, 'x.tsv')).toEqual([
      { question1: 'a', question2: 'b', is_duplicate: 'yes', qid1: 1 },
    ]);
    expect(await rows('gj04\t1\t\tOur friends.\n', { columnNames: ['a', 'b', 'c', 'd'] }, 'x.tsv')).toEqual([
      { a: 'gj04', b: 1, c: null, d: 'Our friends.' },
    ]);
  });

  it('is read as one of GLUE where that is asked for', async () => {
    const glue = 'index\tsentence1\tsentence2\tlabel\n0\t"A\tB\tentailment\n';
    expect(await rows(glue, { name: 'rte' }, 'x.tsv')).toEqual([{ sentence1: '"A', sentence2: 'B', label: 0, idx: 0 }]);
    const test = 'index\tsentence1\tsentence2\n7\tA\tB\n';
    expect(await rows(test, { name: 'rte' }, 'x.tsv')).toEqual([{ sentence1: 'A', sentence2: 'B', label: -1, idx: 7 }]);
  });
});

import { parseCsv } from '#platform';
import { makeColumn } from '../columns/makeColumn.ts';
import type { Column } from '../columns/column.ts';
import type { Table } from '../dataset/table.ts';
import { DataFileError } from '../errors.ts';
import { value } from '../features/feature.ts';
import type { Feature } from '../features/feature.ts';
import type { CsvOptions } from '../platform/platform.ts';
import { glueFeatures, isCola, recogniseGlue } from './glue.ts';
import type { GlueFile } from './glue.ts';
import type { FileOptions } from './loadOptions.ts';

/** What pandas, and so `datasets`, takes for a missing value. */
const missingWords = [
  '',
  '#N/A',
  '#N/A N/A',
  '#NA',
  '-1.#IND',
  '-1.#QNAN',
  '-NaN',
  '-nan',
  '1.#IND',
  '1.#QNAN',
  '<NA>',
  'N/A',
  'NA',
  'NULL',
  'NaN',
  'None',
  'n/a',
  'nan',
  'null',
];

/**
 * A csv or tsv file as a table, types told from the values as pandas does. @throws DataFileError
 */
export function readSeparated(text: string, where: string, builder: 'csv' | 'tsv', options: FileOptions): Table {
  const delimiter = options.delimiter ?? (builder === 'tsv' ? '\t' : ',');
  const glue =
    delimiter === '\t' && options.columnNames === undefined ? readGlue(text, where, options.name) : undefined;
  if (glue) return glue;
  const records = parseRecords(text, where, { delimiter, quote: options.quote === undefined ? '"' : options.quote });
  const names = options.columnNames ?? records.shift();
  if (!names) throw new DataFileError(`${where} is empty: a line with column names was expected.`);
  checkNames(names, where);
  const [first] = records;
  if (first && first.length !== names.length) {
    throw new DataFileError(
      `${where}: ${names.length} column names (${names.join(', ')}) and ${first.length} fields per line. Pass columnNames, or another delimiter.`,
    );
  }
  const missing = new Set(options.naValues ?? missingWords);
  return new Map(
    names.map((name, index) => [
      name,
      inferColumn(
        name,
        records.map((record) => record[index]!),
        missing,
        options.features?.[name],
      ),
    ]),
  );
}

function checkNames(names: readonly string[], where: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new DataFileError(`${where}: two columns are called '${twice}'. Pass columnNames with different ones.`);
}

function parseRecords(text: string, where: string, options: CsvOptions): string[][] {
  try {
    return parseCsv(text, options);
  } catch (failure) {
    const { line, message } = failure as { line?: number; message: string };
    const hint = options.quote === null ? '' : ' If quotation marks are part of the text, pass quote: null.';
    throw new DataFileError(`${where}${line === undefined ? '' : `, near line ${line}`}: ${message}.${hint}`, {
      cause: failure,
    });
  }
}

/** A table from GLUE's own TSV, with the columns it has on the hub; undefined if it is none. */
export function readGlue(text: string, where: string, subset: string | undefined): Table | undefined {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const header = lines[0]?.split('\t') ?? [];
  const cola = isCola(header);
  const file: GlueFile | undefined = cola
    ? { subset: 'cola', columns: { sentence: '3', label: '1' } }
    : (recogniseGlue(header, lines[1]?.split('\t').at(-1)) ??
      (subset === 'sst2' && header.includes('sentence')
        ? { subset, columns: { sentence: 'sentence', label: 'label', idx: 'index' } }
        : undefined));
  if (!file) return undefined;
  const names = cola ? header.map((_, index) => String(index)) : header;
  const firstRow = cola ? 0 : 1;
  const records = lines.slice(firstRow).map((line, row) => {
    const fields = line.split('\t');
    if (fields.length !== names.length)
      throw new DataFileError(
        `${where}, line ${row + firstRow + 1}: ${fields.length} fields; the header has ${names.length}.`,
      );
    return fields;
  });
  const table = new Map<string, Column>();
  for (const [name, feature] of Object.entries(glueFeatures[file.subset]!)) {
    const index = names.indexOf(file.columns[name] ?? '');
    if (index >= 0)
      table.set(
        name,
        makeColumn(
          name,
          records.map((fields) => fields[index]),
          feature,
        ),
      );
    else if (name === 'idx')
      table.set(
        name,
        makeColumn(
          name,
          records.map((_, row) => row),
          feature,
        ),
      );
    // The hub gives -1 where the labels of a test set are not public.
    else if (name === 'label')
      table.set(
        name,
        makeColumn(
          name,
          records.map(() => -1),
          feature,
        ),
      );
  }
  return table;
}

const wholeNumber = /^[+-]?\d+$/;
const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const infinity = /^[+-]?inf(inity)?$/i;
const truth = new Map([
  ['True', true],
  ['TRUE', true],
  ['true', true],
  ['False', false],
  ['FALSE', false],
  ['false', false],
]);

function inferColumn(
  name: string,
  texts: readonly string[],
  missing: ReadonlySet<string>,
  feature: Feature | undefined,
): Column {
  const given = texts.map((text) => (missing.has(text) ? null : text));
  if (feature) return makeColumn(name, given, feature);
  const present = given.filter((text) => text !== null);
  if (present.length === 0) return makeColumn(name, given, value('null'));
  const trimmed = (text: string | null) => text?.trim() ?? null;
  if (present.every((text) => wholeNumber.test(text.trim()) && Number.isSafeInteger(Number(text))))
    return makeColumn(
      name,
      given.map((text) => (text === null ? null : Number(text))),
    );
  // Whole numbers beyond 2^53 would lose digits: they stay text.
  const isWhole = present.every((text) => wholeNumber.test(text.trim()));
  if (!isWhole && present.every((text) => number.test(text.trim()) || infinity.test(text.trim()))) {
    return makeColumn(
      name,
      given.map((text) => (text === null ? null : toFloat(trimmed(text)!))),
      value('float64'),
    );
  }
  if (present.every((text) => truth.has(text)))
    return makeColumn(
      name,
      given.map((text) => (text === null ? null : truth.get(text))),
    );
  return makeColumn(name, given, value('string'));
}

function toFloat(text: string): number {
  if (infinity.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

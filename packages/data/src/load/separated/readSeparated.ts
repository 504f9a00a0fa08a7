import { DataFileError, DatasetError } from '../../errors.ts';
import { ownFeature } from '../../features/feature.ts';
import type { Feature } from '../../features/feature.ts';
import type { FileOptions } from '../loadOptions.ts';
import type { RawColumn, RawTable } from '../rawTable.ts';
import { separatedRecords } from './separatedRecords.ts';
import type { SeparatedRecord } from './separatedRecords.ts';
import { typeOfTexts } from './typeOfTexts.ts';

/** Words that pandas, and so `datasets`, reads as a missing value. */
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
 * Reads a csv or tsv file; types are inferred from the values as in pandas.
 *
 * @throws DataFileError
 */
export function readSeparated(text: string, where: string, builder: 'csv' | 'tsv', options: FileOptions): RawTable {
  const { quote = '"', columnNames, decimal = '.' } = options;
  const delimiter = options.delimiter ?? (builder === 'tsv' ? '\t' : ',');
  requireFormat(delimiter, quote, columnNames);
  if (columnNames === undefined) refuseJson(text, where);
  if (options.delimiter === undefined && columnNames === undefined) requireDelimiter(text, where, delimiter, quote);
  const records = separatedRecords(text, where, { delimiter, quote });
  const header = columnNames === undefined ? records.shift() : undefined;
  const names = columnNames ?? (header && namesOfHeader(header.fields));
  if (!names) throw new DataFileError(`${where} is empty: a line with column names was expected`);
  requireWidths(records, names, where, quote);
  const missing = new Set(options.naValues ?? missingWords);
  const columns = new Map(
    names.map((name, index) => {
      const texts = records.map(({ fields }) => {
        const field = fields[index];
        return field === undefined || missing.has(field) ? null : field;
      });
      return [name, columnOfTexts(texts, ownFeature(options.features, name), decimal)];
    }),
  );
  return { columns, lineOf: (row) => records[row]!.line };
}

function requireFormat(delimiter: string, quote: string | null, columnNames: readonly string[] | undefined): void {
  if (/[\r\n]/.test(delimiter) || delimiter === quote)
    throw new DatasetError(
      `delimiter is ${JSON.stringify(delimiter)}; it cannot be the end of a line or the quotation mark`,
    );
  const twice = columnNames?.find((name, index) => columnNames.indexOf(name) !== index);
  if (twice !== undefined) throw new DatasetError(`columnNames names '${twice}' twice`);
}

function columnOfTexts(texts: readonly (string | null)[], feature: Feature | undefined, decimal: string): RawColumn {
  if (!feature) return typeOfTexts(texts, decimal);
  const isFloat = feature.type === 'value' && (feature.dtype === 'float32' || feature.dtype === 'float64');
  if (!isFloat || decimal === '.') return { values: texts, feature };
  return { values: texts.map((text) => text?.replace(decimal, '.') ?? null), feature };
}

/** A JSON record would be read as a line of column names. */
function refuseJson(text: string, where: string): void {
  if (/^\s*(\[\s*)?\{\s*"/.test(text))
    throw new DataFileError(`${where} begins like JSON, not with a line of column names: load it as 'json'`);
}

const delimiters: Readonly<Record<string, string>> = { ',': "','", ';': "';'", '\t': "'\\t'", '|': "'|'" };

/**
 * Refuses a header with more of another delimiter than of the one in use: Excel separates with
 * semicolons in locales where the comma is the decimal mark.
 */
function requireDelimiter(text: string, where: string, delimiter: string, quote: string | null): void {
  const line = /^(?:[ \t]*[\r\n])*([^\r\n]*)/.exec(text)?.[1] ?? '';
  // A separator inside quotation marks is part of a name.
  const header =
    quote === null
      ? line
      : line
          .split(quote)
          .filter((_, index) => index % 2 === 0)
          .join('');
  const count = (mark: string) => header.split(mark).length - 1;
  const other = Object.keys(delimiters).find((mark) => mark !== delimiter && count(mark) > count(delimiter));
  if (other === undefined) return;
  throw new DataFileError(
    `${where}: the header has ${count(delimiter)} × ${delimiters[delimiter]} and ${count(other)} × ${delimiters[other]}. ` +
      `Pass the delimiter that separates the columns: delimiter: ${delimiters[other]}, or delimiter: ${delimiters[delimiter]} if it is that one.`,
  );
}

/**
 * Column names as in pandas: an empty one gets its index, and the second of two equal ones gets a
 * number appended, as in `score`, `score.1`.
 */
function namesOfHeader(fields: readonly string[]): string[] {
  const names = fields.map((name, index) => (name === '' ? `Unnamed: ${index}` : name));
  const isUnnamed = (index: number) => fields[index] === '';
  // A column that has a name keeps it.
  const order = [...names.keys()].sort((a, b) => Number(isUnnamed(a)) - Number(isUnnamed(b)));
  const written = new Set(names);
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  for (const index of order) {
    const own = names[index]!;
    let name = own;
    let count = counts.get(own) ?? 0;
    while (taken.has(name)) {
      count += 1;
      if (!written.has(`${own}.${count}`)) name = `${own}.${count}`;
    }
    counts.set(own, count);
    taken.add(name);
    names[index] = name;
  }
  return names;
}

/** Short lines are filled with missing values, as in pandas; a longer line is an error. */
function requireWidths(
  records: readonly SeparatedRecord[],
  names: readonly string[],
  where: string,
  quote: string | null,
): void {
  const long = records.find(({ fields }) => fields.length > names.length);
  if (!long) return;
  const shown = names.length > 8 ? `${names.slice(0, 8).join(', ')}, …` : names.join(', ');
  const hasQuote = quote !== null && long.fields.some((field) => field.includes(quote));
  const advice =
    long === records[0]
      ? 'Pass columnNames, or another delimiter.'
      : hasQuote
        ? 'If quotation marks are part of the text, pass quote: null.'
        : 'Correct that line, or pass another delimiter.';
  throw new DataFileError(
    `${where}, line ${long.line}: ${names.length} column names (${shown}) and ${long.fields.length} fields. ${advice}`,
  );
}

import { value } from '../../features/feature.ts';
import type { Builder } from '../builders.ts';
import { decodeText } from './decodeText.ts';
import type { LoadDatasetOptions } from '../loadOptions.ts';
import type { RawTable } from '../rawTable.ts';
import { readSeparated } from '../separated/readSeparated.ts';
import type { UnpackedFile } from '../sources/unpack.ts';

/**
 * Reads a file of text: JSON, values separated by commas or tabs, GLUE's own, or lines.
 *
 * @param isGiven whether the caller said which
 * @throws DataFileError
 */
export async function readText(
  { label, bytes }: UnpackedFile,
  builder: Exclude<Builder, 'parquet'>,
  isGiven: boolean,
  options: LoadDatasetOptions,
): Promise<RawTable> {
  const where = `'${label}'`;
  const text = decodeText(bytes, where, options.encoding);
  if (builder === 'json') {
    const { readJson } = await import('../json/readJson.ts');
    return readJson(text, where, options);
  }
  const mayBeGlue = builder === 'tsv' || (builder === 'text' && !isGiven);
  const names = mayBeGlue ? namesOfSubset(label, isGiven, options) : [];
  const glue = names.length > 0 ? (await import('../glue/readGlue.ts')).readGlue(text, where, names) : undefined;
  if (glue) return glue;
  return builder === 'text' ? readLines(text) : readSeparated(text, where, builder, options);
}

/**
 * Candidates for the GLUE subset: the configuration and the file's folder, unless options say how
 * to read the file.
 */
function namesOfSubset(label: string, isGiven: boolean, options: LoadDatasetOptions): string[] {
  const { delimiter, quote, columnNames, features, naValues, name } = options;
  if (columnNames !== undefined || (delimiter !== undefined && delimiter !== '\t')) return [];
  const isTold = isGiven || quote !== undefined || features !== undefined || naValues !== undefined;
  const folder = isTold ? undefined : label.split(/[\\/]/).at(-2);
  return [name, folder].filter((asked) => asked !== undefined);
}

function readLines(text: string): RawTable {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return { columns: new Map([['text', { values: lines, feature: value('string') }]]) };
}

import { value } from '../features/feature.ts';
import type { Builder } from './builders.ts';
import { decodeText } from './decodeText.ts';
import { glueSubset } from './glue.ts';
import type { LoadDatasetOptions } from './loadOptions.ts';
import type { RawTable } from './rawColumn.ts';
import { readGlue } from './readGlue.ts';
import { readJson } from './readJson.ts';
import { readSeparated } from './readSeparated.ts';
import type { UnpackedFile } from './unpack.ts';

/**
 * Reads a file of text: JSON, values separated by commas or tabs, GLUE's own, or lines.
 *
 * @param isGiven whether the caller said which
 * @throws DataFileError
 */
export function readText(
  { label, bytes }: UnpackedFile,
  builder: Exclude<Builder, 'parquet'>,
  isGiven: boolean,
  options: LoadDatasetOptions,
): RawTable {
  const where = `'${label}'`;
  const text = decodeText(bytes, where, options.encoding);
  if (builder === 'json') return readJson(text, where, options);
  const subset = askedSubset(label, isGiven, options);
  const mayBeGlue = subset !== undefined && (builder === 'tsv' || (builder === 'text' && !isGiven));
  const glue = mayBeGlue ? readGlue(text, where, subset) : undefined;
  if (glue) return glue;
  return builder === 'text' ? readLines(text) : readSeparated(text, where, builder, options);
}

/**
 * The GLUE subset that the caller asked for: by its name, or by the folder of that name in which the
 * file lies, unless it is told how to read it.
 */
function askedSubset(label: string, isGiven: boolean, options: LoadDatasetOptions): string | undefined {
  const { delimiter, quote, columnNames, features, naValues, name } = options;
  if (columnNames !== undefined || (delimiter !== undefined && delimiter !== '\t')) return undefined;
  const named = glueSubset(name);
  if (named !== undefined) return named;
  const isTold = isGiven || quote !== undefined || features !== undefined || naValues !== undefined;
  return isTold ? undefined : glueSubset(label.split(/[\\/]/).at(-2));
}

function readLines(text: string): RawTable {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return new Map([['text', { values: lines, feature: value('string') }]]);
}

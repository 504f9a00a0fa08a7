import { DataFileError } from '../errors.ts';
import { glueFeatures, glueLayout } from './glue.ts';
import type { RawColumn, RawTable } from './rawColumn.ts';

/**
 * A TSV of the GLUE download, with the columns it has on the hub; undefined if it is none. It is
 * not quoted: quotation marks stand as they are.
 *
 * @param subset which one was asked for: a header alone does not make a file GLUE's
 * @throws DataFileError for a line of another width
 */
export function readGlue(text: string, where: string, subset: string): RawTable | undefined {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const header = lines[0]?.split('\t') ?? [];
  const columns = glueLayout(subset, header);
  if (!columns) return undefined;
  const isHeaderless = subset === 'cola';
  const names = isHeaderless ? header.map((_, index) => String(index)) : header;
  const firstRow = isHeaderless ? 0 : 1;
  const records = lines.slice(firstRow).map((line, row) => {
    const fields = line.split('\t');
    if (fields.length === names.length) return fields;
    throw new DataFileError(
      `${where}, line ${row + firstRow + 1}: ${fields.length} fields; the header has ${names.length}.`,
    );
  });
  const table = new Map<string, RawColumn>();
  for (const [name, feature] of Object.entries(glueFeatures[subset]!)) {
    const index = names.indexOf(columns[name] ?? '');
    if (index >= 0) table.set(name, { values: records.map((fields) => fields[index]), feature });
    else if (name === 'idx') table.set(name, { values: records.map((_, row) => row), feature });
    // The hub gives -1 where the labels of a test set are not public.
    else if (name === 'label') table.set(name, { values: records.map(() => -1), feature });
  }
  return table;
}

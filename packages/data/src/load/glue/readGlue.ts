import { DataFileError } from '../../errors.ts';
import { glueFeatures, glueLayout, glueSubset } from './glue.ts';
import type { RawColumn, RawTable } from '../rawTable.ts';

/**
 * Reads a TSV of the GLUE download, with the columns it has on the hub; undefined if it is not one.
 * There is no quoting: quotation marks are kept as they are.
 *
 * @param names candidates for the requested subset: a header alone does not make a file GLUE's
 * @throws DataFileError for a line with another number of fields
 */
export function readGlue(text: string, where: string, names: readonly string[]): RawTable | undefined {
  const subset = names.map(glueSubset).find((name) => name !== undefined);
  if (subset === undefined) return undefined;
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const header = lines[0]?.split('\t') ?? [];
  const layout = glueLayout(subset, header);
  if (!layout) return undefined;
  const isHeaderless = subset === 'cola';
  const columnNames = isHeaderless ? header.map((_, index) => String(index)) : header;
  const firstRow = isHeaderless ? 0 : 1;
  const records = lines.slice(firstRow).map((line, row) => {
    const fields = line.split('\t');
    if (fields.length === columnNames.length) return fields;
    throw new DataFileError(
      `${where}, line ${row + firstRow + 1}: ${fields.length} fields; the header has ${columnNames.length}`,
    );
  });
  const columns = new Map<string, RawColumn>();
  for (const [name, feature] of Object.entries(glueFeatures[subset]!)) {
    const index = columnNames.indexOf(layout[name] ?? '');
    if (index >= 0) columns.set(name, { values: records.map((fields) => fields[index]), feature });
    else if (name === 'idx') columns.set(name, { values: records.map((_, row) => row), feature });
    // The hub gives -1 where the labels of a test set are not public.
    else if (name === 'label') columns.set(name, { values: records.map(() => -1), feature });
  }
  return { columns, lineOf: (row) => row + firstRow + 1 };
}

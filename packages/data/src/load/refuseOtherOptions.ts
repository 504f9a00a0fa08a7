import { DatasetError } from '../errors.ts';
import type { Builder } from './builders.ts';
import { forSomeFiles } from './loadOptions.ts';
import type { FileOptions } from './loadOptions.ts';

const ofTables = ['encoding', 'delimiter', 'quote', 'columnNames', 'naValues', 'decimal'] as const;

/** The options that apply to each kind of file. */
const optionsOf: Readonly<Record<Builder, readonly (keyof FileOptions)[]>> = {
  csv: ofTables,
  tsv: ofTables,
  json: ['encoding', 'field'],
  text: ['encoding'],
  parquet: [],
};
/** @throws DatasetError for an option that would have no effect on a file */
export function refuseOtherOptions(label: string, builder: Builder, options: FileOptions): void {
  const own = optionsOf[builder];
  const other = forSomeFiles.find((name) => options[name] !== undefined && !own.includes(name));
  if (other === undefined) return;
  throw new DatasetError(
    `'${label}' is read as ${builder}, which has no option ${other}${own.length > 0 ? `; it has ${own.join(', ')}` : ''}`,
  );
}

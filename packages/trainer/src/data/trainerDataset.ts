import { objectWith, requireArgument, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { TrainingArguments } from '../arguments/trainingArguments.ts';
import { TrainerError } from '../errors.ts';

/** The interface of datasets that the Trainer needs; `Dataset` of @attune/data has it. */
export interface TrainerDataset {
  /** Number of rows. */
  readonly length: number;
  /** Names of the columns. */
  readonly columnNames: readonly string[];
  /** Row number `index`, from 0. */
  at(index: number): object;
  /**
   * Is only called with the dataset's own column names; `never`, because every dataset has its own
   * type of names.
   */
  selectColumns(names: readonly never[]): TrainerDataset;
}

/** Rows to evaluate on: one dataset, or several by their names. */
export type EvalDataset = TrainerDataset | Readonly<Record<string, TrainerDataset>>;

/** Whether these are several datasets by name, as in a `DatasetDict`. */
export function isSeveral(dataset: EvalDataset): dataset is Readonly<Record<string, TrainerDataset>> {
  return typeof (dataset as TrainerDataset).at !== 'function';
}

/** Rows by index: enough where no column is dropped. */
export const anyRows: Kind = {
  what: 'a Dataset',
  holds: (value) => atRows.holds(value) && typeof (value as TrainerDataset).length === 'number',
  found: (value) => {
    if (Array.isArray(value)) return `${shown(value)}: Dataset.fromRows(…) makes one of it`;
    if (typeof value !== 'object' || value === null) return shown(value);
    if (Symbol.iterator in value || Symbol.asyncIterator in value)
      return `${shown(value)} that can only be iterated over: collect its rows, Dataset.fromRows([…])`;
    const parts = Object.values(value);
    if (parts.length > 0 && parts.every(atRows.holds))
      return `${shown(value)}. Choose one of them, such as datasets.train.`;
    return shown(value);
  },
};

const atRows = objectWith('a Dataset', { at: 'function' });
const columns = objectWith('a Dataset', { at: 'function', selectColumns: 'function' });

/** Rows with columns; for common mistakes the message says how to make one. */
const dataset: Kind = { ...anyRows, holds: (value) => anyRows.holds(value) && columns.holds(value) };

const datasetKind = ({ removeUnusedColumns }: TrainingArguments) => (removeUnusedColumns ? dataset : anyRows);

/** @throws TrainerError for what is not a dataset */
export function requireDataset(
  where: string,
  name: string,
  given: TrainerDataset,
  args = new TrainingArguments(),
): void {
  requireArgument(where, name, given, datasetKind(args), TrainerError);
}

/**
 * One dataset or several by name.
 *
 * @throws TrainerError for a value that is neither a dataset nor an object of datasets
 */
export function requireEvalDataset(where: string, given: EvalDataset, args?: TrainingArguments): void {
  const sets = isPlain(given) ? Object.entries(given) : [];
  if (!sets.some(([, set]) => atRows.holds(set))) requireDataset(where, 'evalDataset', given as TrainerDataset, args);
  else for (const [name, set] of sets) requireDataset(where, `evalDataset.${name}`, set, args);
}

/** Whether a value is an object of values, and not itself a dataset, array or Set. */
function isPlain(given: unknown): boolean {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  return isObject && !atRows.holds(given) && !(Symbol.iterator in given) && !(Symbol.asyncIterator in given);
}

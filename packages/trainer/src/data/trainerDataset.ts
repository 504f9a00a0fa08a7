import { objectWith, requireArgument, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { TrainingArguments } from '../arguments/trainingArguments.ts';
import { TrainerError } from '../errors.ts';

/** What the Trainer needs of a dataset, whatever its rows are: a `Dataset` of data has it. */
export interface TrainerDataset {
  /** Rows. */
  readonly length: number;
  /** Names of the columns. */
  readonly columnNames: readonly string[];
  /** Row number `index`, from 0. */
  at(index: number): object;
  /**
   * Only names of own columns are passed; `never` because each dataset has its own type of them.
   */
  selectColumns(names: readonly never[]): TrainerDataset;
}

/** Rows to evaluate on: one dataset, or several by their names. */
export type EvalDataset = TrainerDataset | Readonly<Record<string, TrainerDataset>>;

/** Whether these are several datasets by name, as a `DatasetDict` of data has them. */
export function isSeveral(dataset: EvalDataset): dataset is Readonly<Record<string, TrainerDataset>> {
  return typeof (dataset as TrainerDataset).at !== 'function';
}

/** Rows by number: enough where no column is dropped. */
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
      return `${shown(value)}. Choose one of them, such as datasets.train`;
    return shown(value);
  },
};

const atRows = objectWith('a Dataset', { at: 'function' });
const columns = objectWith('a Dataset', { at: 'function', selectColumns: 'function' });

/** Rows with columns: what people pass instead is told how to become one. */
const dataset: Kind = { ...anyRows, holds: (value) => anyRows.holds(value) && columns.holds(value) };

const datasetKind = ({ removeUnusedColumns }: TrainingArguments) => (removeUnusedColumns ? dataset : anyRows);

/** @throws TrainerError for what is no dataset */
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
 * @throws TrainerError for what is no dataset, or holds none
 */
export function requireEvalDataset(where: string, given: EvalDataset, args?: TrainingArguments): void {
  const sets = isPlain(given) ? Object.entries(given) : [];
  if (!sets.some(([, set]) => atRows.holds(set))) requireDataset(where, 'evalDataset', given as TrainerDataset, args);
  else for (const [name, set] of sets) requireDataset(where, `evalDataset.${name}`, set, args);
}

/** An object whose own values may be datasets; a dataset itself, an array or a Set is none. */
function isPlain(given: unknown): boolean {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  return isObject && !atRows.holds(given) && !(Symbol.iterator in given) && !(Symbol.asyncIterator in given);
}

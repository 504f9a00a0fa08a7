import type { TrainingArguments } from './arguments/trainingArguments.ts';
import { TrainerDatasetError } from './errors.ts';
import type { TrainableModel } from './model.ts';

const labelColumns = ['label', 'label_ids', 'labels'];

/** What the Trainer needs of a dataset, whatever its rows are: a `Dataset` of data has it. */
export interface TrainerDataset {
  readonly length: number;
  readonly columnNames: readonly string[];
  at(index: number): object;
  /**
   * Only names of own columns are passed; `never` because each dataset has its own type of them.
   */
  selectColumns(names: readonly never[]): TrainerDataset;
}

export interface ColumnChoice {
  readonly kept: TrainerDataset;
  /** Columns that the model does not read. */
  readonly dropped: readonly string[];
}

/**
 * Keeps what the model reads, and the labels; all columns unless `removeUnusedColumns`.
 *
 * @param role `train` or `evaluation`, for messages
 * @throws TrainerDatasetError when the dataset is empty or has nothing that the model reads
 */
export function keepModelColumns(
  dataset: TrainerDataset,
  model: TrainableModel,
  { removeUnusedColumns, labelNames }: TrainingArguments,
  role: string,
): ColumnChoice {
  if (dataset.length === 0) throw new TrainerDatasetError(`the ${role} dataset has no rows`);
  if (!removeUnusedColumns) return { kept: dataset, dropped: [] };
  const wanted = new Set([...model.inputNames, ...labelColumns, ...(labelNames ?? [])]);
  const kept = dataset.columnNames.filter((name) => wanted.has(name));
  const dropped = dataset.columnNames.filter((name) => !wanted.has(name));
  if (!kept.some((name) => model.inputNames.includes(name))) {
    throw new TrainerDatasetError(
      `the ${role} dataset has no column that the model reads: it has ${dataset.columnNames.join(', ')}; the model reads ${model.inputNames.join(', ')}. ` +
        'Tokenize it first: dataset.map((batch) => tokenizer(batch.text, …), { batched: true }).',
    );
  }
  return { kept: dropped.length > 0 ? dataset.selectColumns(kept as unknown as readonly never[]) : dataset, dropped };
}

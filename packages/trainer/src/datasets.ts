import type { Dataset } from '@attune/data';
import { TrainerDatasetError } from './errors.ts';
import type { TrainableModel } from './model.ts';

const labelColumns = ['label', 'label_ids', 'labels'];

type AnyDataset = Dataset<Record<string, unknown>>;

export interface ColumnChoice {
  readonly kept: AnyDataset;
  /** Columns that the model does not read. */
  readonly dropped: readonly string[];
}

/**
 * Keeps what the model reads, and the labels.
 *
 * @param role `train` or `evaluation`, for messages
 * @throws TrainerDatasetError when the dataset is empty or has nothing that the model reads
 */
export function keepModelColumns(dataset: AnyDataset, model: TrainableModel, labelNames: readonly string[], role: string): ColumnChoice {
  if (dataset.length === 0) throw new TrainerDatasetError(`the ${role} dataset has no rows`);
  const wanted = new Set([...model.inputNames, ...labelColumns, ...labelNames]);
  const kept = dataset.columnNames.filter((name) => wanted.has(name));
  const dropped = dataset.columnNames.filter((name) => !wanted.has(name));
  if (!kept.some((name) => model.inputNames.includes(name))) {
    throw new TrainerDatasetError(
      `the ${role} dataset has no column that the model reads: it has ${dataset.columnNames.join(', ')}; the model reads ${model.inputNames.join(', ')}. ` +
        'Tokenize it first: dataset.map((batch) => tokenizer(batch.text, …), { batched: true }).',
    );
  }
  return { kept: dropped.length > 0 ? dataset.selectColumns(kept) : dataset, dropped };
}

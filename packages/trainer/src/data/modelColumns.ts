import { terminal } from '#platform';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { TrainerDatasetError } from '../errors.ts';
import type { TrainableModel } from '../model.ts';
import type { TrainerDataset } from './trainerDataset.ts';

const labelColumns = ['label', 'label_ids', 'labels'];

interface ColumnParts {
  readonly model: TrainableModel;
  readonly args: TrainingArguments;
}

/** Selects the columns of datasets that a model reads; dropped columns are reported once. */
export class ModelColumns {
  readonly #parts: ColumnParts;
  readonly #told = new Set<string>();

  constructor(parts: ColumnParts) {
    this.#parts = parts;
  }

  /**
   * Keeps what the model reads, and the labels; all columns unless `removeUnusedColumns`.
   *
   * @param role `train` or `evaluation`, for messages
   * @throws TrainerDatasetError when the dataset is empty or has nothing that the model reads
   */
  of(dataset: TrainerDataset, role: 'train' | 'evaluation'): TrainerDataset {
    const { inputNames } = this.#parts.model;
    const { removeUnusedColumns, labelNames } = this.#parts.args;
    if (dataset.length === 0) throw new TrainerDatasetError(`the ${role} dataset has no rows`);
    if (!removeUnusedColumns) return dataset;
    const wanted = new Set([...inputNames, ...labelColumns, ...(labelNames ?? [])]);
    const kept = dataset.columnNames.filter((name) => wanted.has(name));
    const dropped = dataset.columnNames.filter((name) => !wanted.has(name));
    if (!kept.some((name) => inputNames.includes(name))) {
      throw new TrainerDatasetError(
        `the ${role} dataset has no column that the model reads: it has ${dataset.columnNames.join(', ')}; the model reads ${inputNames.join(', ')}. ` +
          'Tokenize it first: dataset.map((batch) => tokenizer(batch.text, …), { batched: true }).',
      );
    }
    this.#tell(dropped);
    return dropped.length > 0 ? dataset.selectColumns(kept as unknown as readonly never[]) : dataset;
  }

  #tell(dropped: readonly string[]): void {
    const news = dropped.filter((name) => !this.#told.has(name));
    if (news.length === 0) return;
    for (const name of news) this.#told.add(name);
    terminal.writeLine(`Columns that the model does not read are left out: ${news.join(', ')}.`);
  }
}

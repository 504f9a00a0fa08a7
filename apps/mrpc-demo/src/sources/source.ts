import type { BertForSequenceClassification, Tokenizer } from '@attune/bert';
import type { Dataset } from '@attune/data';
import type { TrainingArgumentsOptions } from '@attune/trainer';

/** One or two texts, and their label: the number of a class, or a score. Columns as in MRPC. */
export interface LabelledRow {
  readonly sentence1: string;
  /** Missing where each row has one text. */
  readonly sentence2?: string;
  readonly label: number;
}

export interface LabelledData {
  readonly train: Dataset<LabelledRow>;
  readonly validation: Dataset<LabelledRow>;
  /** Whether rows have two texts. */
  readonly pairs: boolean;
  /** Class names by number; null if labels are scores. */
  readonly labelNames: readonly string[] | null;
}

/** A model and the data to train it on. */
export interface TrainingSource extends LabelledData {
  readonly modelName: string;
  readonly datasetName: string;
  readonly tokenizer: Tokenizer;
  /** The model, new each time, the same for the same seed. */
  readonly createModel: (seed: number) => Promise<BertForSequenceClassification>;
  /** Arguments that differ from those of `transformers`. */
  readonly defaults: Partial<TrainingArgumentsOptions>;
}

import type { BertForSequenceClassification, Tokenizer } from '@attune/bert';
import type { Dataset } from '@attune/data';
import type { TrainingArgumentsOptions } from '@attune/trainer';

/** A row with two sentences and whether they say the same. Columns as in MRPC. */
export interface PairRow {
  readonly sentence1: string;
  readonly sentence2: string;
  readonly label: number;
}

/** What is trained on what. */
export interface TrainingSource {
  readonly modelName: string;
  readonly datasetName: string;
  readonly tokenizer: Tokenizer;
  readonly train: Dataset<PairRow>;
  readonly validation: Dataset<PairRow>;
  /** What the labels are called, by number. */
  readonly labelNames: readonly string[];
  /** The model, new each time, the same for the same seed. */
  readonly createModel: (seed: number) => Promise<BertForSequenceClassification>;
  /** Arguments that differ from those of `transformers`. */
  readonly defaults: Partial<TrainingArgumentsOptions>;
}

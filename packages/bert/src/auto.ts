import { BertForSequenceClassification } from './model/bertForSequenceClassification.ts';
import { BertModel } from './model/bertModel.ts';
import type { FromPretrainedOptions } from './model/pretrainedModel.ts';

/** Loads the model without a head that a checkpoint's config.json names. */
export const AutoModel = {
  /**
   * @throws CheckpointError, ConfigError (also for a model type other than BERT), SafetensorsError
   */
  fromPretrained: (nameOrFolder: string, options?: FromPretrainedOptions): Promise<BertModel> =>
    BertModel.fromPretrained(nameOrFolder, options),
};

/**
 * Loads a checkpoint with a classifier on top:
 * `AutoModelForSequenceClassification.fromPretrained('bert-base-uncased', { numLabels: 2 })`.
 */
export const AutoModelForSequenceClassification = {
  /**
   * @throws CheckpointError, ConfigError (also for a model type other than BERT), SafetensorsError
   */
  fromPretrained: (nameOrFolder: string, options?: FromPretrainedOptions): Promise<BertForSequenceClassification> =>
    BertForSequenceClassification.fromPretrained(nameOrFolder, options),
};

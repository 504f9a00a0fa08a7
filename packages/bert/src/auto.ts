import { ArgumentError } from '@attune/validate';
import { BertModel } from './bert/bertModel.ts';
import type { ModelFolder } from './checkpoint/modelFolder.ts';
import { modelTypeError } from './config/configError.ts';
import { BertForSequenceClassification } from './heads/sequenceClassification.ts';
import type { FromPretrainedOptions } from './pretrained/loadPretrained.ts';
import type { ModelClass } from './pretrained/modelKind.ts';
import { loadModel, type PretrainedModel } from './pretrained/pretrainedModel.ts';

/** Model type of config.json and task to class: a new head is one line, a new encoder one column. */
const modelClasses = {
  base: { bert: BertModel },
  sequenceClassification: { bert: BertForSequenceClassification },
} as const;

/** Makes the loader of a task: it reads the model type and loads the class for it. */
function autoClass<Model extends PretrainedModel>(name: string, classes: Readonly<Record<string, ModelClass<Model>>>) {
  const classOf = (modelType: unknown, source: string): ModelClass<Model> => {
    // Very old files name no type; whether they describe a BERT is seen from their fields.
    const found = Object.hasOwn(classes, String(modelType ?? 'bert')) && classes[String(modelType ?? 'bert')];
    if (found) return found;
    throw modelTypeError(modelType, source);
  };
  return class Auto {
    constructor() {
      throw new ArgumentError(`${name} is not made with new: write await ${name}.fromPretrained(nameOrFolder)`);
    }

    /**
     * @param nameOrFolder a hub name, a folder, or its files
     * @throws CheckpointError, ConfigError (also for a model type other than BERT),
     *   SafetensorsError, HubError
     */
    static fromPretrained(nameOrFolder: ModelFolder, options?: FromPretrainedOptions): Promise<Model> {
      return loadModel(`${name}.fromPretrained`, classOf, nameOrFolder, options);
    }
  };
}

/** Loads the model without a head that a checkpoint's config.json names. */
export const AutoModel = autoClass('AutoModel', modelClasses.base);

/**
 * Loads a checkpoint with a classifier on top:
 * `AutoModelForSequenceClassification.fromPretrained('bert-base-uncased', { numLabels: 2 })`.
 */
export const AutoModelForSequenceClassification = autoClass(
  'AutoModelForSequenceClassification',
  modelClasses.sequenceClassification,
);

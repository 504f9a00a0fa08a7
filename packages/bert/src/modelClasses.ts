import { BertModel } from './bert/bertModel.ts';
import type { ModelFolder } from './checkpoint/modelFolder.ts';
import { modelTypeError } from './config/configError.ts';
import { BertForSequenceClassification } from './heads/sequenceClassification.ts';
import type { FromPretrainedOptions } from './pretrained/loadPretrained.ts';
import type { ModelClass } from './pretrained/modelKind.ts';
import { loadModel, type PretrainedModel } from './pretrained/pretrainedModel.ts';

/** What each task loads. */
export interface AutoModels {
  readonly base: BertModel;
  readonly sequenceClassification: BertForSequenceClassification;
}

/** Makes the loader of a task: it reads the model type and loads the class for it. */
function loaderOf<Model extends PretrainedModel>(classes: Readonly<Record<string, ModelClass<Model>>>) {
  const classOf = (modelType: unknown, source: string): ModelClass<Model> => {
    // Very old files name no type; whether they describe a BERT is seen from their fields.
    const found = Object.hasOwn(classes, String(modelType ?? 'bert')) && classes[String(modelType ?? 'bert')];
    if (found) return found;
    throw modelTypeError(modelType, source);
  };
  return (where: string, nameOrFolder: ModelFolder, options?: FromPretrainedOptions) =>
    loadModel(where, classOf, nameOrFolder, options);
}

type Loader<Model> = (where: string, nameOrFolder: ModelFolder, options?: FromPretrainedOptions) => Promise<Model>;

/** By task and model type of config.json: a new head is one line, a new encoder one column. */
export const autoLoaders: { readonly [Task in keyof AutoModels]: Loader<AutoModels[Task]> } = {
  base: loaderOf({ bert: BertModel }),
  sequenceClassification: loaderOf({ bert: BertForSequenceClassification }),
};

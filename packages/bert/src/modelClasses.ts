import { BertModel } from './bert/bertModel.ts';
import type { ModelFolder } from './folder/modelFolder.ts';
import { modelTypeError } from './errors.ts';
import { BertForSequenceClassification } from './heads/sequenceClassification.ts';
import type { FromPretrainedOptions } from './pretrained/loadOptions.ts';
import type { ModelClass } from './pretrained/modelKind.ts';
import { loadModel } from './pretrained/loadPretrained.ts';
import type { PretrainedModel } from './pretrained/pretrainedModel.ts';

/** Makes the loader of a task: it reads the model type and loads the class for it. */
function loaderOf<Model extends PretrainedModel>(classes: Readonly<Record<string, ModelClass<Model>>>) {
  const classOf = (modelType: unknown, source: string): ModelClass<Model> => {
    // Very old files name no type; their fields show whether they describe a BERT.
    const found = Object.hasOwn(classes, String(modelType ?? 'bert')) && classes[String(modelType ?? 'bert')];
    if (found) return found;
    throw modelTypeError(modelType, source);
  };
  return (where: string, nameOrFolder: ModelFolder, options?: FromPretrainedOptions) =>
    loadModel(where, classOf, nameOrFolder, options);
}

/**
 * Model classes by task and by model type in config.json: a new head is one line, a new encoder one
 * column.
 */
const loaders = {
  base: loaderOf({ bert: BertModel }),
  sequenceClassification: loaderOf({ bert: BertForSequenceClassification }),
};

/** The models of each task. */
export type AutoModels = { readonly [Task in keyof typeof loaders]: Awaited<ReturnType<(typeof loaders)[Task]>> };

type Loader<Model> = (where: string, nameOrFolder: ModelFolder, options?: FromPretrainedOptions) => Promise<Model>;

export const autoLoaders: { readonly [Task in keyof AutoModels]: Loader<AutoModels[Task]> } = loaders;

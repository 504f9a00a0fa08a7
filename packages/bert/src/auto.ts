import { ArgumentError } from '@attune/validate';
import type { ModelFolder } from './folder/modelFolder.ts';
import type { AutoModels } from './modelClasses.ts';
import type { FromPretrainedOptions } from './pretrained/loadOptions.ts';

/** Makes the auto class of a task, which reads the model type and loads the class for it. */
function autoClass<Task extends keyof AutoModels>(name: string, task: Task) {
  return class Auto {
    constructor() {
      throw new ArgumentError(`${name} is not made with new: write await ${name}.fromPretrained(nameOrFolder)`);
    }

    /**
     * @param nameOrFolder a hub name, a folder, or its files
     * @throws CheckpointError, ConfigError (also for a model type other than BERT),
     *   SafetensorsError, HubError
     */
    static async fromPretrained(nameOrFolder: ModelFolder, options?: FromPretrainedOptions): Promise<AutoModels[Task]> {
      // Models need all kernels, so a page loads them with its first model, not at its start.
      const { autoLoaders } = await import('./modelClasses.ts');
      return autoLoaders[task](`${name}.fromPretrained`, nameOrFolder, options);
    }
  };
}

/** Loads the model that a checkpoint's config.json names, without a head. */
export const AutoModel = autoClass('AutoModel', 'base');

/**
 * Loads a checkpoint with a classifier on top:
 * `AutoModelForSequenceClassification.fromPretrained('bert-base-uncased', { numLabels: 2 })`.
 */
export const AutoModelForSequenceClassification = autoClass(
  'AutoModelForSequenceClassification',
  'sequenceClassification',
);

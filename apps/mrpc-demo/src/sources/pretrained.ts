import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import { loadDataset } from '@attune/data';
import type { TrainOptions } from '../cli/options.ts';
import { labelledData } from './labelledData.ts';
import type { TrainingSource } from './source.ts';

/** GLUE's subsets go by two names. */
const glue = /^(?:glue|nyu-mll\/glue)[/:](\w+)$/;

/**
 * A model and a dataset by name or path.
 *
 * @throws DemoError when the dataset has no labelled texts, and the errors of hub, data and bert
 */
export async function pretrainedSource(
  modelName: string,
  datasetName: string,
  { columns, seed }: TrainOptions,
  say: (line: string) => void,
): Promise<TrainingSource> {
  const tokenizer = await AutoTokenizer.fromPretrained(modelName);
  const [, subset] = glue.exec(datasetName) ?? [];
  const options = columns.delimiter === null ? {} : { delimiter: columns.delimiter };
  const splits = subset ? await loadDataset('glue', subset) : await loadDataset(datasetName, options);
  const data = await labelledData(datasetName, splits, columns, seed, say);
  const { labelNames } = data;
  const labels = labelNames
    ? { numLabels: labelNames.length, id2label: [...labelNames] }
    : { numLabels: 1, problemType: 'regression' as const };
  return {
    ...data,
    modelName,
    datasetName,
    tokenizer,
    createModel: (modelSeed) =>
      AutoModelForSequenceClassification.fromPretrained(modelName, { ...labels, seed: modelSeed }),
    defaults: {},
  };
}

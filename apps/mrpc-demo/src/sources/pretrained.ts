import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import { DataFileError, loadDataset } from '@attune/data';
import { DemoError } from '../cli/demoError.ts';
import type { TrainOptions } from '../cli/options.ts';
import { labelledData } from './labelledData.ts';
import type { TrainingSource } from './source.ts';

/** GLUE's subsets have two names each. */
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
  const splits = subset ? await loadDataset('glue', subset) : await ownDataset(datasetName, columns);
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

/** Loads a dataset of the user; errors name the options of this program. */
async function ownDataset(name: string, { delimiter, plainQuotes }: TrainOptions['columns']) {
  try {
    return await loadDataset(name, { ...(delimiter !== null && { delimiter }), ...(plainQuotes && { quote: null }) });
  } catch (error) {
    if (!(error instanceof DataFileError)) throw error;
    throw new DemoError(error.message.replace('pass quote: null', 'pass --plain-quotes'), { cause: error });
  }
}

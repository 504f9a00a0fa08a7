import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import { ClassLabel, loadDataset } from '@attune/data';
import type { Dataset } from '@attune/data';
import { DemoError } from '../cli/demoError.ts';
import type { PairRow, TrainingSource } from './source.ts';

/** GLUE's subsets go by two names. */
const glue = /^(?:glue|nyu-mll\/glue)[/:](\w+)$/;

/**
 * A model and a dataset by name or folder.
 *
 * @throws DemoError when the dataset is none of labelled pairs of sentences, and the errors of hub,
 *   data and bert
 */
export async function pretrainedSource(modelName: string, datasetName: string): Promise<TrainingSource> {
  const tokenizer = await AutoTokenizer.fromPretrained(modelName);
  const [, subset] = glue.exec(datasetName) ?? [];
  const splits = subset ? await loadDataset<PairRow>('glue', subset) : await loadDataset<PairRow>(datasetName);
  const train = splits['train'];
  const validation = splits['validation'] ?? splits['test'];
  if (!train || !validation)
    throw new DemoError(
      `${datasetName} has the splits ${splits.splitNames().join(', ')}; training needs train and validation.`,
    );
  const labelNames = labelsOf(train, datasetName);
  return {
    modelName,
    datasetName,
    tokenizer,
    train,
    validation,
    labelNames,
    createModel: (seed) =>
      AutoModelForSequenceClassification.fromPretrained(modelName, {
        numLabels: labelNames.length,
        id2label: [...labelNames],
        seed,
      }),
    defaults: {},
  };
}

function labelsOf(dataset: Dataset<PairRow>, datasetName: string): readonly string[] {
  const missing = ['sentence1', 'sentence2', 'label'].filter((name) => !dataset.columnNames.includes(name));
  if (missing.length > 0) {
    throw new DemoError(
      `${datasetName} has the columns ${dataset.columnNames.join(', ')}; this demo reads pairs of sentences and needs ${missing.join(', ')} as well.`,
    );
  }
  const feature = dataset.features['label'];
  if (feature instanceof ClassLabel) return feature.names;
  const labels = dataset.unique('label');
  if (labels.some((label) => !Number.isInteger(label) || label < 0)) {
    throw new DemoError(
      `the labels of ${datasetName} must be whole numbers from 0; there is ${JSON.stringify(labels.find((label) => !Number.isInteger(label) || label < 0))}.`,
    );
  }
  return Array.from({ length: Math.max(1, ...labels) + 1 }, (_, label) => `LABEL_${label}`);
}

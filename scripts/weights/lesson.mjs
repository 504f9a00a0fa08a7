// The lesson as a page has it: rows and a model from files that a person chose, metrics at every
// epoch, and in the end an evaluation and a prediction. Nothing is saved: a page has no folders.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from '../setup/root-folder.mjs';

/**
 * The program of the page. It exports nothing, as the script of a page does: where one does,
 * bundlers put what its late chunks share with it into chunks of their own.
 * @param {(name: string) => string} from what it imports in place of `@attune/NAME`
 */
export const lessonCode = (from = (name) => `@attune/${name}`) => `
import { loadDataset, DataCollatorWithPadding } from '${from('data')}';
import { AutoModelForSequenceClassification, AutoTokenizer } from '${from('bert')}';
import { Trainer, TrainingArguments } from '${from('trainer')}';
import * as evaluate from '${from('evaluate')}';

globalThis.lesson = async ({ model: folder, dataFiles }) => {
  const tokenizer = await AutoTokenizer.fromPretrained(folder);
  const rows = await loadDataset('csv', { dataFiles });
  const tokenized = await rows.map((batch) => tokenizer(batch.sentence1, batch.sentence2, { truncation: true }), {
    batched: true,
  });
  const metric = await evaluate.load('glue', 'mrpc');
  const trainer = new Trainer({
    model: await AutoModelForSequenceClassification.fromPretrained(folder, { numLabels: 2, silent: true }),
    args: new TrainingArguments('test-trainer', {
      evalStrategy: 'epoch',
      saveStrategy: 'no',
      numTrainEpochs: 2,
      perDeviceTrainBatchSize: 4,
    }),
    trainDataset: tokenized.train,
    evalDataset: tokenized.validation,
    dataCollator: new DataCollatorWithPadding({ tokenizer }),
    processingClass: tokenizer,
    computeMetrics: ({ predictions, labelIds }) =>
      metric.compute({ predictions: predictions.argmax(-1), references: labelIds }),
  });
  await trainer.train();
  const { eval_accuracy } = await trainer.evaluate();
  const { predictions } = await trainer.predict(tokenized.validation);
  return { eval_accuracy, predictions: predictions.shape };
};
`;

const model = join(rootFolder, 'packages/bert/golden/own-mini');
const rows = (count) =>
  Array.from({ length: count }, (_, row) => `The ferry was late.,It was ${row % 2 ? 'late' : 'early'}.,${row % 2}`);
const csv = (count) => new File([['sentence1,sentence2,label', ...rows(count), ''].join('\n')], 'pairs.csv');

/** What a person gives the page. */
export const chosenFiles = () => ({
  model: new Map(readdirSync(model).map((name) => [name, readFileSync(join(model, name))])),
  dataFiles: { train: csv(10), validation: csv(6) },
});

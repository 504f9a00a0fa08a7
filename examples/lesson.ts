// Fine-tunes BERT with the Trainer: the whole of a run in one page.
import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import * as evaluate from '@attune/evaluate';
import { Trainer, TrainingArguments } from '@attune/trainer';
import { checkpoint, sentences } from './parts/tinyTask.ts';

const tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
const parts = sentences.trainTestSplit({ testSize: 4, seed: 1 });
const encode = (dataset: typeof sentences) =>
  dataset.map((batch) => tokenizer(batch.text, { truncation: true }), { batched: true });

const metric = await evaluate.load('accuracy');
const trainer = new Trainer({
  model: await AutoModelForSequenceClassification.fromPretrained(checkpoint, { numLabels: 2, silent: true }),
  args: new TrainingArguments('lesson-output', {
    evalStrategy: 'epoch',
    saveStrategy: 'no',
    learningRate: 1e-3,
    numTrainEpochs: 8,
  }),
  trainDataset: await encode(parts.split('train')),
  evalDataset: await encode(parts.split('test')),
  processingClass: tokenizer,
  computeMetrics: ({ predictions, labelIds }) =>
    metric.compute({ predictions: predictions.argmax(-1), references: labelIds }),
});
await trainer.train();
console.log(await trainer.evaluate());

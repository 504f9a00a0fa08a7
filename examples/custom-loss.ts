// A custom loss: rows of class 1 count three times as much as those of class 0.
import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import type { Batch } from '@attune/data';
import { crossEntropy } from '@attune/tensor';
import { Trainer, TrainingArguments } from '@attune/trainer';
import type { ComputedLoss, ComputeLossOptions, TrainableModel } from '@attune/trainer';
import { checkpoint, sentences } from './parts/tinyTask.ts';

const classWeights = [1, 3];

class WeightedTrainer extends Trainer {
  override computeLoss(model: TrainableModel, inputs: Batch, options: ComputeLossOptions = {}): ComputedLoss {
    const { returnOutputs = false, numItemsInBatch, context } = options;
    const { labels, ...rest } = inputs;
    if (!labels) return null;
    const outputs = model.forward(rest, context);
    const classes = Int32Array.from(labels.data);
    const factor = 1 / (numItemsInBatch ?? classes.length);
    const loss = crossEntropy(outputs.logits, classes, { weight: classWeights, factor });
    return returnOutputs ? [loss, outputs] : loss;
  }
}

const tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
const trainer = new WeightedTrainer({
  model: await AutoModelForSequenceClassification.fromPretrained(checkpoint, { numLabels: 2, silent: true }),
  args: new TrainingArguments('custom-loss-output', { saveStrategy: 'no', maxSteps: 10, learningRate: 1e-3 }),
  trainDataset: await sentences.map((row) => ({ ...tokenizer(row.text) })),
  processingClass: tokenizer,
});
console.log(await trainer.train());

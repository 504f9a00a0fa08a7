// The demo's pocket set: pairs of sentences that it makes itself, and a small BERT for them.
import type { BertForSequenceClassification } from '@attune/bert';
import * as evaluate from '@attune/evaluate';
import { Trainer, TrainingArguments } from '@attune/trainer';
import { pocketSource } from '../../apps/mrpc-demo/src/sources/pocket.ts';

/**
 * The requested number of training pairs, and a function that trains a model on them and reports
 * the result.
 */
export async function pocketTask(rows: number) {
  const { tokenizer, train, validation, createModel, defaults } = await pocketSource();
  const encode = (dataset: typeof train) =>
    dataset.map((batch) => tokenizer(batch.sentence1, batch.sentence2 as string[], undefined), { batched: true });
  const [trainDataset, evalDataset] = [await encode(train.select([...Array(rows).keys()])), await encode(validation)];
  const accuracy = await evaluate.load('accuracy');

  /**
   * Trains for these epochs, if any, and reports the trained parameters, the memory
   * and the accuracy.
   */
  async function tune(model: BertForSequenceClassification, numTrainEpochs: number, learningRate: number) {
    const given = {
      ...defaults,
      // At least one, even if nothing is trained.
      numTrainEpochs: Math.max(1, numTrainEpochs),
      learningRate,
      warmupSteps: 50,
      disableTqdm: true,
      saveStrategy: 'no',
    } as const;
    const trainer = new Trainer({
      model,
      args: new TrainingArguments('pocket-output', given),
      trainDataset,
      evalDataset,
      processingClass: tokenizer,
      computeMetrics: ({ predictions, labelIds }) =>
        accuracy.compute({ predictions: predictions.argmax(-1), references: labelIds }),
    });
    model.device.resetPeakMemory();
    if (numTrainEpochs > 0) await trainer.train();
    const trained = [...model.parameters()].reduce(
      (sum, { requiresGrad, size }) => sum + Number(requiresGrad) * size,
      0,
    );
    const megabytes = model.device.memory.peakBytes / 1e6;
    const { predictions, metrics } = await trainer.predict(evalDataset);
    return { trained, megabytes, accuracy: Number(metrics['test_accuracy']), predictions: [...predictions.data] };
  }
  return { createModel, tune };
}

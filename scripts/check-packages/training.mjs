/**
 * The module of a program that trains the model of a folder for two steps, on four rows. `given`
 * are further arguments.
 */
export const trainingCode = `
import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import { Dataset } from '@attune/data';
import * as evaluate from '@attune/evaluate';
import { Trainer, TrainingArguments } from '@attune/trainer';

export async function train(folder, given) {
  const tokenizer = await AutoTokenizer.fromPretrained(folder);
  const rows = Dataset.fromColumns({ text: ['a cat', 'a dog', 'the ferry', 'a tram'], label: [0, 0, 1, 1] });
  const dataset = await rows.map((batch) => tokenizer(batch.text), { batched: true });
  const metric = await evaluate.load('accuracy');
  const trainer = new Trainer({
    model: await AutoModelForSequenceClassification.fromPretrained(folder, { numLabels: 2, silent: true }),
    args: new TrainingArguments('trained', { maxSteps: 2, saveStrategy: 'no', disableTqdm: true, ...given }),
    trainDataset: dataset,
    evalDataset: dataset,
    processingClass: tokenizer,
    computeMetrics: ({ predictions, labelIds }) =>
      metric.compute({ predictions: predictions.argmax(-1), references: labelIds }),
  });
  const { trainingLoss } = await trainer.train();
  const { eval_accuracy } = await trainer.evaluate();
  if (!(trainingLoss > 0 && eval_accuracy >= 0)) throw new Error('trained to ' + trainingLoss + ', ' + eval_accuracy);
  return trainingLoss;
}
`;

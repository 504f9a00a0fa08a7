// Distillation (Hinton et al., 2015): a smaller BERT learns the class probabilities of a trained
// one. The student, half as large, has all 16 sentences right (2026-11-28). npm run example --
// distillation
import {
  AutoModelForSequenceClassification,
  AutoTokenizer,
  BertConfig,
  BertForSequenceClassification,
} from '@attune/bert';
import type { Batch } from '@attune/data';
import { add, crossEntropy, klDivLoss, logSoftmax, noGrad, scale, setSeed, softmax } from '@attune/tensor';
import { Trainer, TrainingArguments } from '@attune/trainer';
import type { ComputedLoss, ComputeLossOptions, TrainableModel } from '@attune/trainer';
import { checkpoint, sentences } from './parts/tinyTask.ts';

const [temperature, share] = [2, 0.5];
setSeed(42);
const tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
const trainDataset = await sentences.map((row) => ({ ...tokenizer(row.text) }));
const teacher = await AutoModelForSequenceClassification.fromPretrained(checkpoint, { numLabels: 2, silent: true });
const trained = (numTrainEpochs: number) =>
  new TrainingArguments('distillation-output', { saveStrategy: 'no', numTrainEpochs, learningRate: 2e-3 });
await new Trainer({ model: teacher, args: trained(10), trainDataset, processingClass: tokenizer }).train();
teacher.eval();

class DistillingTrainer extends Trainer {
  override computeLoss(model: TrainableModel, inputs: Batch, options: ComputeLossOptions = {}): ComputedLoss {
    const { labels, ...rest } = inputs;
    if (!labels) return null;
    const { returnOutputs = false, numItemsInBatch = labels.data.length, context } = options;
    const outputs = model.forward(rest, context);
    const soft = noGrad(() => softmax(scale(teacher.forward(rest).logits, 1 / temperature)));
    const distance = klDivLoss(logSoftmax(scale(outputs.logits, 1 / temperature)), soft, { reduction: 'sum' });
    const hard = crossEntropy(outputs.logits, Int32Array.from(labels.data), { reduction: 'sum' });
    const loss = add(scale(distance, share * temperature ** 2), scale(hard, 1 - share));
    const mean = scale(loss, 1 / numItemsInBatch);
    return returnOutputs ? [mean, outputs] : mean;
  }
}

const { vocabSize } = teacher.config;
const config = new BertConfig({
  vocabSize,
  hiddenSize: 16,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  intermediateSize: 32,
  numLabels: 2,
});
const student = await BertForSequenceClassification.fromConfig(config);
const trainer = new DistillingTrainer({ model: student, args: trained(30), trainDataset, processingClass: tokenizer });
await trainer.train();
const size = (model: TrainableModel) => [...model.parameters()].reduce((sum, parameter) => sum + parameter.size, 0);
const { predictions, labelIds } = await trainer.predict(trainDataset);
const right = predictions.argmax(-1).data.filter((label, row) => label === labelIds?.data[row]).length;
console.log(
  `teacher: ${size(teacher)} parameters; student: ${size(student)}, ${right} of ${trainDataset.length} right`,
);

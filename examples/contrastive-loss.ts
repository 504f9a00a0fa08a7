// A supervised contrastive loss (Khosla et al., 2020) in a Trainer: vectors of sentences with the
// same label come together, all others go apart. The head's outputs are the vectors.
// Afterwards the nearest other sentence has the same label for all 16 (2026-11-28).
// npm run example -- contrastive-loss
import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import * as at from '@attune/tensor';
import { Trainer, TrainingArguments } from '@attune/trainer';
import type { ComputeLossFunc } from '@attune/trainer';
import { checkpoint, sentences } from './parts/tinyTask.ts';

const temperature = 0.2;

/** Cosines of all pairs of different rows. */
function similarities(vectors: at.Tensor): at.Tensor {
  const unit = at.div(vectors, at.norm(vectors, -1, { keepDim: true }));
  const { device } = vectors;
  const itself = at.eye(vectors.shape[0] as number, undefined, { device, dtype: 'bool' });
  return at.maskedFill(at.matmul(unit, at.transpose(unit, 0, 1)), itself, -1e9);
}

/** `-log softmax` of the similarities to the others with the same label, averaged over these. */
const contrastiveLoss: ComputeLossFunc = ({ logits }, { data }, { numItemsInBatch = data.length }) => {
  const scores = at.logSoftmax(at.scale(similarities(logits), 1 / temperature));
  const labels = at.tensor(Int32Array.from(data), { device: logits.device });
  const alike = at.cast(at.eq(at.unsqueeze(labels, 0), at.unsqueeze(labels, 1)), 'f32');
  const others = at.sub(alike, at.eye(data.length, undefined, { device: logits.device }));
  const shares = at.div(others, at.clamp(at.sum(others, 1, { keepDim: true }), { min: 1 }));
  return at.scale(at.sum(at.mul(scores, shares)), -1 / numItemsInBatch);
};

const tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
const dataset = await sentences.map((row) => ({ ...tokenizer(row.text) }));
const trainer = new Trainer({
  model: await AutoModelForSequenceClassification.fromPretrained(checkpoint, { numLabels: 8, silent: true }),
  args: new TrainingArguments('contrastive-loss-output', {
    saveStrategy: 'no',
    numTrainEpochs: 20,
    learningRate: 1e-3,
  }),
  trainDataset: dataset,
  processingClass: tokenizer,
  computeLossFunc: contrastiveLoss,
});
await trainer.train();
const { predictions, labelIds } = await trainer.predict(dataset);
const vectors = at.tensor(predictions.data as Float32Array, { shape: predictions.shape });
const nearest = await at.argMax(similarities(vectors), -1).data();
const labels = labelIds?.data ?? [];
const right = nearest.filter((other, row) => labels[other] === labels[row]).length;
console.log(`of ${right} of ${labels.length} sentences the nearest other has the same label`);

import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import { DataCollatorWithPadding, DataLoader, RandomSampler } from '@attune/data';
import { AdamW, getScheduler, Mt19937 } from '@attune/tensor';
import { Trainer, TrainingArguments } from '@attune/trainer';
import { expect, it } from 'vitest';
import { checkpoint, sentences } from './parts/tinyTask.ts';

const seed = 42;
const settings = { lr: 1e-3, weightDecay: 0.01, epochs: 3, batchSize: 6, warmupSteps: 2 };

const tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
const dataset = await sentences.map((row) => ({ ...tokenizer(row.text) }), { removeColumns: ['text'] });
const load = () =>
  AutoModelForSequenceClassification.fromPretrained(checkpoint, {
    numLabels: 2,
    seed,
    hiddenDropoutProb: 0.2,
    attentionProbsDropoutProb: 0.2,
    silent: true,
  });

async function byTrainer() {
  const model = await load();
  const args = new TrainingArguments('unused', {
    learningRate: settings.lr,
    weightDecay: settings.weightDecay,
    numTrainEpochs: settings.epochs,
    perDeviceTrainBatchSize: settings.batchSize,
    warmupSteps: settings.warmupSteps,
    saveStrategy: 'no',
    disableTqdm: true,
    seed,
  });
  await new Trainer({ model, args, trainDataset: dataset, processingClass: tokenizer }).train();
  return model.stateDict();
}

async function byHand() {
  const model = await load();
  const numSamples = dataset.length;
  const order = (epoch: number) => new Mt19937(seed + epoch).randperm(numSamples);
  const loader = new DataLoader(dataset, {
    batchSize: settings.batchSize,
    sampler: new RandomSampler({ numSamples, order }),
    collateFn: new DataCollatorWithPadding({ tokenizer }),
  });
  const named = [...model.namedParameters()];
  const plain = (name: string) => /bias|LayerNorm/.test(name);
  using optimizer = new AdamW(
    [
      { params: named.filter(([name]) => !plain(name)), weightDecay: settings.weightDecay },
      { params: named.filter(([name]) => plain(name)), weightDecay: 0 },
    ],
    { lr: settings.lr, maxGradNorm: 1 },
  );
  const numTrainingSteps = settings.epochs * loader.length;
  const scheduler = getScheduler('linear', { optimizer, numWarmupSteps: settings.warmupSteps, numTrainingSteps });
  model.train();
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    for await (const batch of loader) {
      model.forward(batch).loss?.backward();
      await optimizer.step();
      scheduler.step();
      optimizer.zeroGrad();
    }
  }
  return model.stateDict();
}

it('a loop by hand ends at the weights of the Trainer, bit for bit', async () => {
  const [trainer, hand] = [await byTrainer(), await byHand()];
  expect(hand).toEqual(trainer);
});

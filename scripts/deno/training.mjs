// A small BERT trains on Deno's own WebGPU as it does on Dawn: two implementations of WebGPU by
// different people, on one driver.
import { fileURLToPath } from 'node:url';
import { create } from 'dawn';
import { expect, it } from 'vitest';
import { AutoModelForSequenceClassification, AutoTokenizer } from '../../packages/bert/src/index.ts';
import { Dataset } from '../../packages/data/src/index.ts';
import { openDevice, setDefaultDevice } from '../../packages/tensor/src/index.ts';
import { Trainer, TrainingArguments } from '../../packages/trainer/src/index.ts';

const checkpoint = fileURLToPath(new URL('../../packages/bert/golden/own-mini', import.meta.url));
const rows = Array.from({ length: 24 }, (_, row) => ({
  first: `The ferry number ${row} was late today.`,
  second: row % 2 ? 'The ferry was late.' : 'Bread is baked at night, and sold in the morning.',
  label: row % 2,
}));

async function train(device) {
  setDefaultDevice(device);
  const tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
  const trainer = new Trainer({
    model: await AutoModelForSequenceClassification.fromPretrained(checkpoint, { numLabels: 2, silent: true }),
    args: new TrainingArguments('unused', {
      maxSteps: 6,
      learningRate: 1e-3,
      loggingSteps: 1,
      saveStrategy: 'no',
      disableTqdm: true,
    }),
    trainDataset: await Dataset.fromRows(rows).map((row) => tokenizer(row.first, row.second)),
    processingClass: tokenizer,
  });
  await trainer.train();
  const losses = trainer.state.logHistory.flatMap(({ loss }) => (loss === undefined ? [] : [loss]));
  device.destroy();
  return losses;
}

it('gives the losses of Dawn', async () => {
  const dawn = await train(await openDevice({ webgpu: create([]) }));
  const own = await train(await openDevice());
  console.log(`losses ${own.join(' ')}; Dawn ${dawn.join(' ')}`);
  expect(own).toHaveLength(6);
  for (const [step, loss] of own.entries()) expect(Math.abs(loss - dawn[step])).toBeLessThan(1e-5);
});

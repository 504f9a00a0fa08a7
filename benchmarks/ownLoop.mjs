// How fast a loop by hand is beside the Trainer, in turns in one process. `npm run build` first.
//
//     node benchmarks/ownLoop.mjs [--model FOLDER] [--rounds 7] [--steps 40]
//
// Both train the same model with the same batches; what is timed begins once the kernels are
// compiled and ends when the GPU is done. Printed are medians and their ratios, by the clock
// and in time of all processors, which other programs do not disturb; on a software adapter
// that is all of the work.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rootFolder } from '../scripts/setup/root-folder.mjs';

const packageOf = (name) => import(join(rootFolder, `packages/${name}/dist/index.js`));
const { AutoModelForSequenceClassification } = await packageOf('bert');
const { DataLoader, Dataset } = await packageOf('data');
const { AdamW, getScheduler } = await packageOf('tensor');
const { Trainer, TrainingArguments } = await packageOf('trainer');

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: join(rootFolder, 'packages/bert/golden/own-mini') },
    rounds: { type: 'string', default: '7' },
    steps: { type: 'string', default: '40' },
  },
});
const [rounds, steps] = [Number(values.rounds), Number(values.steps)];
const warmup = 5;
const config = JSON.parse(readFileSync(join(values.model, 'config.json'), 'utf8'));
const tokens = Math.min(32, config.max_position_embeddings);
const rows = Array.from({ length: 8 * (steps + warmup) }, (_, row) => ({
  input_ids: Array.from({ length: tokens }, (_unused, column) => (row * 31 + column * 7) % config.vocab_size),
  attention_mask: Array(tokens).fill(1),
  labels: row % 2,
}));
const dataset = Dataset.fromRows(rows);
const load = () =>
  AutoModelForSequenceClassification.fromPretrained(values.model, { numLabels: 2, seed: 1, silent: true });

const now = () => ({ clock: performance.now(), processor: process.cpuUsage() });
const since = ({ clock, processor }) => {
  const { user, system } = process.cpuUsage(processor);
  return { clock: performance.now() - clock, processor: (user + system) / 1000 };
};

async function byTrainer() {
  const model = await load();
  const args = new TrainingArguments('unused', {
    maxSteps: steps + warmup,
    trainSamplingStrategy: 'sequential',
    saveStrategy: 'no',
    loggingStrategy: 'no',
    disableTqdm: true,
  });
  let began = null;
  const trainer = new Trainer({ model, args, trainDataset: dataset });
  trainer.addCallback({
    onStepEnd: async (_args, state) => {
      if (state.globalStep !== warmup) return;
      await model.device.idle();
      began = now();
    },
  });
  await trainer.train();
  await model.device.idle();
  return since(began);
}

async function byHand() {
  const model = await load();
  const loader = new DataLoader(dataset, { batchSize: 8 });
  const optimizer = new AdamW(model.parameters(), { lr: 5e-5, maxGradNorm: 1 });
  const scheduler = getScheduler('linear', { optimizer, numTrainingSteps: steps + warmup });
  model.train();
  let done = 0;
  let began = null;
  for await (const batch of loader) {
    model.forward(batch).loss.backward();
    await optimizer.step();
    scheduler.step();
    optimizer.zeroGrad();
    if (++done !== warmup) continue;
    await model.device.idle();
    began = now();
  }
  await model.device.idle();
  const taken = since(began);
  optimizer.dispose();
  return taken;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const taken = { trainer: [], hand: [] };
console.error = () => {};
// The first run of each compiles the kernels.
await byTrainer();
await byHand();
for (let round = 0; round < rounds; round++) {
  // Alternates who goes first, so that being first favours neither.
  const first = round % 2 === 0 ? ['trainer', byTrainer] : ['hand', byHand];
  const second = round % 2 === 0 ? ['hand', byHand] : ['trainer', byTrainer];
  for (const [name, run] of [first, second]) taken[name].push(await run());
}
for (const what of ['clock', 'processor']) {
  const [trainer, hand] = ['trainer', 'hand'].map((name) => median(taken[name].map((one) => one[what])) / steps);
  const ratio = median(taken.hand.map((one, round) => one[what] / taken.trainer[round][what]));
  console.log(
    `${what}: Trainer ${trainer.toFixed(2)} ms a step, by hand ${hand.toFixed(2)}; ratio ${ratio.toFixed(3)}, median of ${rounds} rounds in turns`,
  );
}
process.exit(0);

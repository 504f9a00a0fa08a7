// Seconds of a training step of several models, in turns on the same batches of MRPC, and
// what three epochs come to.
// Usage: node scripts/attune.mjs parity step-time MRPC_FOLDER ROUNDS MODEL [MODEL …]
import { load, readMrpc } from './mrpc-run.mjs';

const [folder, rounds, ...models] = process.argv.slice(2);
if (models.length === 0 || !/^[1-9]\d*$/.test(rounds)) {
  console.error('Usage: node scripts/attune.mjs parity step-time MRPC_FOLDER ROUNDS MODEL [MODEL …]');
  process.exit(1);
}
const { AutoModelForSequenceClassification } = await load('@attune/bert');
const { DataCollatorWithPadding } = await load('@attune/data');
const { AdamW } = await load('@attune/tensor');

const batchSize = 8;
const { tokenizer, train } = await readMrpc(models[0], folder);
const collate = new DataCollatorWithPadding({ tokenizer });
const keys = ['input_ids', 'token_type_ids', 'attention_mask', 'label'];
const batchOf = (round) =>
  collate(
    Array.from({ length: batchSize }, (_, index) => {
      const row = train.at((round * batchSize + index) % train.numRows);
      return Object.fromEntries(keys.map((key) => [key, row[key]]));
    }),
  );

const runs = [];
for (const name of models) {
  const model = await AutoModelForSequenceClassification.fromPretrained(name, { numLabels: 2, silent: true });
  model.train();
  runs.push({ name, model, optimizer: new AdamW(model.parameters(), { lr: 5e-5 }), seconds: [] });
}
// The first round compiles.
for (let round = 0; round <= Number(rounds); round++) {
  const batch = batchOf(round);
  for (const { model, optimizer, seconds } of runs) {
    const began = performance.now();
    const { loss } = model.forward(batch);
    loss.backward();
    await optimizer.step();
    optimizer.zeroGrad();
    await loss.item();
    if (round > 0) seconds.push((performance.now() - began) / 1000);
  }
}
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const steps = 3 * Math.ceil(train.numRows / batchSize);
for (const { name, seconds } of runs) {
  const step = median(seconds);
  const times = median(seconds.map((value, round) => value / runs[0].seconds[round]));
  console.log(
    `${name}: ${step.toFixed(2)} s a step, ${times.toFixed(1)} times the first model's; ${steps} steps: ${((steps * step) / 60).toFixed(0)} min`,
  );
}
process.exit(0);

// What recording a training step costs the host, beside other checkouts of this project: all in one
// process, a step of each in turns, on Dawn's null backend. Counted in processor time, so that a
// busy machine changes the ratios little.
// `npm run build` in all of them first.
//
//     node benchmarks/recordings.mjs --before CHECKOUT[,CHECKOUT] [--fp16] [--steps 1200]
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rootFolder } from '../scripts/setup/root-folder.mjs';
import { median, table } from './table.mjs';

const { values } = parseArgs({
  options: {
    before: { type: 'string' },
    fp16: { type: 'boolean', default: false },
    steps: { type: 'string', default: '1200' },
  },
});
if (!values.before) throw new Error('--before CHECKOUT: the folder of another checkout of this project, built');
const steps = Number(values.steps);
/** Steps until everything is compiled. */
const warm = Math.floor(steps / 4);
const checkouts = await Promise.all([...values.before.split(','), rootFolder].map(openCheckout));

for (let step = 0; step < warm + steps; step++) {
  for (let turn = 0; turn < checkouts.length; turn++) {
    const { gpu, record, batches, times } = checkouts[(step + turn) % checkouts.length];
    // As in training, where the step before is waited for meanwhile.
    const waiting = gpu.idle();
    const began = process.cpuUsage();
    record(batches[step % batches.length]);
    gpu.flush();
    const { user, system } = process.cpuUsage(began);
    await waiting;
    if (step >= warm) times.push((user + system) / 1000);
  }
}
const first = checkouts[0].times;
const rows = checkouts.map(({ name, times }) => [
  name,
  median(times).toFixed(2),
  median(times.map((time, index) => time / first[index])).toFixed(3),
  (fastTenth(times) / fastTenth(first)).toFixed(3),
]);
console.log(table(['checkout', 'ms a step', 'beside the first', 'fastest tenth'], rows));
process.exit(0);

async function openCheckout(checkout) {
  const importOf = (file) => import(join(checkout, file));
  const { configs, makeBatch } = await importOf('benchmarks/libraries/stepShape.mjs');
  const { makeStep } = await importOf('benchmarks/libraries/makeStep.mjs');
  const { openDevice } = await importOf('packages/kernels/dist/index.js');
  const { create, globals } = createRequire(join(checkout, 'packages/kernels/package.json'))('webgpu');
  Object.assign(globalThis, globals);
  const gpu = await openDevice({ webgpu: create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']) });
  // Of the vocabulary as much as batches use: the null backend has little memory.
  const config = { ...configs.tiny, vocabSize: 21_000 };
  const { record } = await makeStep(gpu, { config, batchSize: 8, length: 64, fp16: values.fp16 });
  // Token counts differ from batch to batch.
  const batches = [4, 3, 2, 1, 0].map((fewer) => makeBatch(config, 8, 64 - fewer));
  return { name: checkout === rootFolder ? 'this one' : checkout, gpu, record, batches, times: [] };
}

function fastTenth(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 10)];
}

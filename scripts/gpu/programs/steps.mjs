// Times training steps under one setting and prints a line of JSON for each as soon as it is done.
// A model's memory is released before the next is made: a peak is the step's own.
// Usage: node steps.mjs OPTIONS, such as
// '{ "setting": "as is", "shapes": [[8, 64]], "types": ["f32", "fp16"], "repeats": 20 }'
//   robustness, toggles   of Dawn
//   withoutFeatures       not to ask for
//   disabled              variants not to choose, such as "gemm subgroupMatrix"
//   splits                parts in which every product sums its inner dimension, on a GPU
//   tuned                 tunes first, or takes the table that an earlier process has kept
//   quick                 a tiny model, one repeat, whatever the adapter
import { create } from 'webgpu';
import { configs } from '../../../benchmarks/libraries/stepShape.mjs';
import { makeStep } from '../../../benchmarks/libraries/makeStep.mjs';
import { takeSteps } from '../../../benchmarks/libraries/takeSteps.mjs';
import { openDevice, tuneKernels } from '../../../packages/kernels/src/index.ts';
import { onGpus } from '../../../packages/kernels/src/kernels/gemm/loading/loadedVariants.ts';
import { variantsByCards } from '../../../packages/kernels/src/kernels/gemm/variants.ts';
import { warmUp } from './warmUp.mjs';

const { setting, shapes, types, quick, ...given } = JSON.parse(process.argv[2]);
const gpu = await openSetting(given);
if (given.tuned) await tuneKernels(gpu);
if (given.splits) gpu.tuned = inParts(given.splits);
const rounds = quick ? 1 : 3;
const repeats = quick ? 1 : given.repeats;
await warmUp(gpu, quick);
for (const [batchSize, length] of shapes) {
  for (const type of types) {
    const result = await time(batchSize, length, type).catch(({ message }) => ({ error: message.split('\n')[0] }));
    console.log(JSON.stringify({ setting, batchSize, length, type, ...result }));
  }
}
process.exit(0);

/** Dawn's toggles are those of the platform's own, and what the setting adds. */
async function openSetting({ robustness = true, toggles = [], withoutFeatures = [], disabled = [] }) {
  const enabled = ['allow_unsafe_apis', 'vulkan_enable_f16_on_nvidia', ...toggles];
  if (!robustness) enabled.push('disable_robustness');
  const dawn = create([`enable-dawn-features=${enabled}`, 'disable-dawn-features=timestamp_quantization']);
  const opened = await openDevice({ webgpu: dawn, withoutFeatures });
  for (const name of disabled) opened.disabledVariants.add(name);
  return opened;
}

/**
 * What the device would choose for each class of products, in so many parts;
 * asked for like a tuned table.
 */
function inParts(splits) {
  const choose = (key) => {
    const [, type, m, n, k] = /^\w+ (\w+) (\d+) x (\d+) x (\d+)$/.exec(key) ?? [];
    if (!type || !onGpus.choices) return undefined;
    const half = type === 'f16';
    const shape = { m: Number(m), n: Number(n), k: Number(k) };
    const choice = onGpus.choices.byCards(gpu, half ? 'halves' : 'singles', () => variantsByCards(gpu, half), shape);
    return { ...choice, splits };
  };
  const chosen = new Map();
  const get = (key) => {
    if (!chosen.has(key)) chosen.set(key, choose(key));
    return chosen.get(key);
  };
  return { size: 1, get };
}

async function time(batchSize, length, type) {
  const config = quick ? { ...configs.tiny, numHiddenLayers: 1, vocabSize: 21_000 } : configs.base;
  const { record, optimizer, dispose } = await makeStep(gpu, { config, batchSize, length, fp16: type === 'fp16' });
  await gpu.prepare(record);
  const run = stepsOf(record, optimizer);
  await run(quick ? 1 : 3);
  gpu.resetPeakMemory();
  const before = gpu.statistics;
  const all = [];
  for (let round = 0; round < rounds; round++) all.push(await run(repeats));
  const { peakBytes } = gpu.memory;
  const perStep = (name) => (gpu.statistics[name] - before[name]) / (rounds * repeats);
  const [dispatches, submits] = [perStep('dispatches'), perStep('submits')];
  const profile = gpu.info.features.includes('timestamp-query') ? await profileOf(run) : [];
  dispose();
  await gpu.idle();
  gpu.trim();
  return {
    ms: sorted(all, 'milliseconds'),
    recordingMs: sorted(all, 'recording')[0],
    gpuMs: profile.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
    dispatches,
    submits,
    loss: all.at(-1).loss,
    peakMB: peakBytes / 2 ** 20,
    kernels: profile.map(({ kernel, calls, milliseconds }) => [kernel, calls, Number(milliseconds.toFixed(4))]),
  };
}

/** Runs steps, with what recording them takes. */
function stepsOf(record, optimizer) {
  return async (count) => {
    const began = performance.now();
    let recording = 0;
    const steps = takeSteps(optimizer, count, () => {
      const start = performance.now();
      record();
      recording += performance.now() - start;
    });
    const loss = (await steps).at(-1)?.loss;
    return { milliseconds: (performance.now() - began) / count, recording: recording / count, loss };
  };
}

async function profileOf(run) {
  await gpu.idle();
  gpu.startProfiling();
  await run(1);
  return gpu.stopProfiling();
}

function sorted(all, name) {
  return all.map((one) => Number(one[name].toFixed(3))).sort((a, b) => a - b);
}

// Where the host's time goes while it records training steps, on Dawn's null backend: the
// processor's time by part of the packages. Counted in processor time and in samples of it, so that
// a busy machine changes the sum more than the shares.
// Usage: node benchmarks/hostProfile.mjs [steps, default 600]      after a build
import { createRequire } from 'node:module';
import { Session } from 'node:inspector/promises';
import { openDevice } from '../packages/kernels/dist/index.js';
import { makeStep } from './libraries/makeStep.mjs';
import { configs, makeBatch } from './libraries/stepShape.mjs';
import { table } from './table.mjs';

const steps = Number(process.argv[2] ?? 600);
const { create, globals } = createRequire(new URL('../packages/kernels/package.json', import.meta.url))('webgpu');
Object.assign(globalThis, globals);
const gpu = await openDevice({ webgpu: create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']) });
// Of the vocabulary as much as batches use: the null backend has little memory.
const config = { ...configs.tiny, vocabSize: 21_000 };
const { record } = await makeStep(gpu, { config, batchSize: 8, length: 64 });
// Token counts differ from batch to batch.
const batches = [4, 3, 2, 1, 0].map((fewer) => makeBatch(config, 8, 64 - fewer));

await run(100);
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: 200 });
await session.post('Profiler.start');
const timed = await run(steps);
const { profile } = await session.post('Profiler.stop');
const { dispatches } = timed;
const microseconds = timed.times.sort((a, b) => a - b)[Math.floor(steps / 2)] / dispatches;
console.log(`${dispatches} dispatches a step, ${microseconds.toFixed(1)} us of processor time a dispatch`);
console.log(table(['part', 'share', 'us a dispatch'], rowsOf(sharesOf(profile), microseconds)));
process.exit(0);

async function run(count) {
  const before = gpu.statistics.dispatches;
  const times = [];
  for (let index = 0; index < count; index++) {
    const began = process.cpuUsage();
    record(batches[index % batches.length]);
    gpu.flush();
    const { user, system } = process.cpuUsage(began);
    times.push(user + system);
    await gpu.idle();
  }
  return { dispatches: Math.round((gpu.statistics.dispatches - before) / count), times };
}

/** Microseconds of samples by part; what Dawn's calls take is a part of its own. */
function sharesOf({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const node of nodes) for (const child of node.children ?? []) byId.get(child).parent = node;
  const shares = new Map();
  samples.forEach((id, index) => {
    const part = partOf(byId.get(id));
    if (part) shares.set(part, (shares.get(part) ?? 0) + timeDeltas[index]);
  });
  return shares;
}

function partOf(node) {
  const { functionName, url } = node.callFrame;
  if (functionName === '(garbage collector)') return 'garbage collection';
  const own = (frame) => /packages\/(\w+)\/dist\/(\w+)/.exec(frame.callFrame.url);
  const native = url === '' && functionName !== 'cpuUsage' && !functionName.startsWith('(');
  let frame = node;
  while (frame && !own(frame)) frame = frame.parent;
  if (!frame) return null;
  const [, name, folder] = own(frame);
  if (native && name === 'kernels' && folder === 'recording') return 'calls to Dawn';
  return name === 'kernels' ? `${name}/${folder}` : name;
}

function rowsOf(shares, perDispatch) {
  const sum = [...shares.values()].reduce((total, time) => total + time, 0);
  return [...shares]
    .sort(([, a], [, b]) => b - a)
    .filter(([, time]) => time > 0.01 * sum)
    .map(([part, time]) => [part, `${((100 * time) / sum).toFixed(1)}%`, ((time / sum) * perDispatch).toFixed(2)]);
}

// Times kernels and training steps on this machine's adapter, and the same work in other libraries.
// See README.md.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findPnpm, runPnpm } from '../scripts/setup/pnpm.mjs';
import { driverEnvironment } from '../scripts/vulkan-driver.mjs';
import { LibraryProcess } from './libraryProcess.mjs';
import { configs } from './libraries/stepShape.mjs';
import { median, table } from './table.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const { values: options } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: 'kernels,gemm,step,host,memory,epoch' },
    output: { type: 'string', default: join(folder, 'output') },
    python: { type: 'string', default: process.env.ATTUNE_PYTHON ?? '' },
    library: { type: 'string', default: join(folder, 'libraries/attune.mjs') },
    mrpc: { type: 'string' },
    tokenizer: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const chosen = options.only.split(',');
Object.assign(process.env, driverEnvironment());

const ours = new LibraryProcess('Attune', process.execPath, [options.library]);
const libraries = [ours];
if (options.peers) {
  const { code, output } = await runPnpm(await findPnpm(), [
    '--dir',
    join(folder, 'peers'),
    'install',
    '--frozen-lockfile',
  ]);
  if (code !== 0) throw new Error(`The peers could not be installed:\n${output}`);
  libraries.push(new LibraryProcess('TensorFlow.js', process.execPath, [join(folder, 'peers/tfjs.mjs')]));
  libraries.push(new LibraryProcess('jax-js', process.execPath, [join(folder, 'peers/jax.mjs')]));
}
if (options.python)
  libraries.push(new LibraryProcess('PyTorch', options.python, [join(folder, 'libraries/pytorch.py')]));

const { adapter } = await ours.ask({ task: 'describe', repeats: 1 });
const heading = `${new Date().toISOString().slice(0, 10)}, ${adapter}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.version}; medians of ${rounds} interleaved rounds`;
const report = [heading];
const figures = { heading };
const show = (title, text) => {
  report.push(`## ${title}`, text);
  console.log(`\n${title}\n${text}`);
};
console.log(heading);

if (chosen.includes('kernels')) await timeKernels();
if (chosen.includes('gemm')) await compareGemm();
if (chosen.includes('step')) await compareSteps();
if (chosen.includes('host')) await measureHost();
if (chosen.includes('memory')) await measureMemory();
if (chosen.includes('epoch') && options.mrpc && options.tokenizer) await compareEpoch();
for (const library of libraries) library.end();
mkdirSync(options.output, { recursive: true });
writeFileSync(join(options.output, 'bench.json'), `${JSON.stringify(figures, null, 2)}\n`);
writeFileSync(join(options.output, 'bench.md'), `${report.join('\n\n')}\n`);
console.log(`\nWritten to ${join(options.output, 'bench.json')} and bench.md.`);

async function timeKernels() {
  const models = options.full
    ? [
        ['tiny', 512],
        ['tiny', 2048],
        ['tiny', 4096],
        ['MiniLM-L6', 512],
        ['MiniLM-L6', 2048],
        ['MiniLM-L6', 4096],
        ['base', 512],
        ['base', 2048],
        ['base', 4096],
      ]
    : [
        ['tiny', 2048],
        ['base', 2048],
      ];
  const tasks = [
    { title: 'common', task: { task: 'kernels', table: 'common', parameters: 4_386_816, repeats: 3 } },
    ...models.map(([name, tokens]) => ({
      title: `${name}, ${tokens} tokens`,
      task: { task: 'kernels', table: 'model', tokens, ...configs[name], repeats: 3 },
    })),
  ];
  const taken = tasks.map(() => new Map());
  for (let round = 0; round < rounds; round++) {
    for (const [index, { task }] of tasks.entries()) {
      const { rows, error } = await ours.ask(task);
      if (error) throw new Error(error);
      for (const row of rows) taken[index].set(row.name, [...(taken[index].get(row.name) ?? []), row]);
    }
  }
  const of = (rows, name) => median(rows.map((row) => row[name]));
  const copy = of(taken[0].get('copy'), 'gigabytes');
  const arithmetic = of(taken[0].get('multiply-add loop'), 'gflops');
  figures.kernels = {};
  for (const [index, { title }] of tasks.entries()) {
    const rows = [...taken[index]].map(([name, all]) => ({
      name,
      milliseconds: of(all, 'milliseconds'),
      gflops: of(all, 'gflops'),
      gigabytes: of(all, 'gigabytes'),
    }));
    figures.kernels[title] = rows;
    const cell = (value, ceiling) => (value > 0 ? [value.toFixed(1), (value / ceiling).toFixed(2)] : ['', '']);
    show(
      `Kernels: ${title}`,
      table(
        ['kernel', 'ms', 'GFLOP/s', 'of the multiply-add loop', 'GB/s', 'of a copy'],
        rows.map(({ name, milliseconds, gflops, gigabytes }) => [
          name,
          milliseconds.toFixed(2),
          ...cell(gflops, arithmetic),
          ...cell(gigabytes, copy),
        ]),
      ),
    );
  }
}

/** Asks everybody in turn, round by round, and returns each one's median answer. */
async function interleave(asked) {
  const answers = asked.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, { library, task }] of asked.entries()) answers[index].push(await library.ask(task));
  return answers.map((all) => {
    const failed = all.find(({ error }) => error);
    return (
      failed ?? {
        ...all.at(-1),
        milliseconds: median(all.map(({ milliseconds }) => milliseconds)),
        best: Math.min(...all.map(({ milliseconds }) => milliseconds)),
      }
    );
  });
}

function toAll(task) {
  return libraries.map((library) => ({ library, task }));
}

/**
 * Of a BERT layer, what is kept of each token for the backward pass: 18 rows of the hidden size,
 * counting the wide ones four times; fp16 halves 12 of them.
 */
function keptBytesPerToken({ hiddenSize, numHiddenLayers, intermediateSize }, fp16) {
  const wide = 2 * intermediateSize;
  const [halved, single] = [6 * hiddenSize + wide, 4 * hiddenSize];
  return numHiddenLayers * ((fp16 ? 2 : 4) * halved + 4 * single);
}

async function measureMemory() {
  const rows = [];
  figures.memory = [];
  for (const [name, batchSize, length] of [
    ['tiny', 32, 64],
    ['base', 8, 128],
    ['base', 32, 128],
  ]) {
    for (const fp16 of [false, true]) {
      const { peakBytes, parameters, error } = await ours.ask({
        task: 'memory',
        config: configs[name],
        batchSize,
        length,
        fp16,
        repeats: 1,
      });
      if (error) throw new Error(error);
      const computed = 16 * parameters + batchSize * length * keptBytesPerToken(configs[name], fp16);
      figures.memory.push({ name, batchSize, length, fp16, peakBytes, computed });
      rows.push([
        `${name}, batch ${batchSize} of ${length} tokens${fp16 ? ', fp16' : ''}`,
        ...[computed, peakBytes].map((bytes) => (bytes / 2 ** 20).toFixed(0)),
      ]);
    }
  }
  show(
    'GPU memory of a training step, MB: weights, gradients, moments and what layers keep (computed); the peak of everything (measured)',
    table(['model', 'computed', 'peak'], rows),
  );
}

function withRatio(text, own, milliseconds) {
  return milliseconds === own ? text : `${text} (${(milliseconds / own).toFixed(2)}x)`;
}

async function compareGemm() {
  const sizes = [
    [512, 512, 512],
    [2048, 768, 768],
    ...(options.full
      ? [
          [2048, 3072, 768],
          [2048, 768, 3072],
        ]
      : []),
  ];
  const rows = [];
  for (const [m, n, k] of sizes) {
    for (const layout of ['NN', 'NT', 'TN']) {
      const answers = await interleave(toAll({ task: 'gemm', layout, m, n, k, repeats: 2 }));
      const own = answers[0].milliseconds;
      const gflops = (milliseconds) => (2 * m * n * k) / milliseconds / 1e6;
      rows.push([
        `${layout} ${m} x ${n} x ${k}`,
        ...answers.map(
          ({ error, milliseconds, best }) =>
            error ??
            withRatio(`${gflops(milliseconds).toFixed(1)}, best ${gflops(best).toFixed(1)}`, own, milliseconds),
        ),
      ]);
    }
  }
  figures.gemm = rows;
  show(
    'Matrix products in f32, GFLOP/s by the clock on the wall (how many times as long as ours)',
    table(['layout, m x n x k', ...libraries.map(({ name }) => name)], rows),
  );
}

async function compareSteps() {
  const sizes = [
    ['tiny', 8],
    ['tiny', 32],
    ...(options.full
      ? [
          ['MiniLM-L6', 8],
          ['base', 8],
          ['base', 32],
        ]
      : []),
  ];
  const rows = [];
  figures.steps = [];
  for (const [name, batchSize] of sizes) {
    const shape = { config: configs[name], batchSize, length: 64 };
    const task = { task: 'step', ...shape, repeats: 3 };
    const answers = await interleave([...toAll(task), { library: ours, task: { ...task, fp16: true } }]);
    const half = answers.pop();
    const [own] = answers;
    const samples = ({ error, milliseconds }) =>
      error ?? withRatio(((1000 * batchSize) / milliseconds).toFixed(1), own.milliseconds, milliseconds);
    rows.push([`${name}, batch ${batchSize}`, ...answers.map(samples), samples(half)]);
    const { rows: kernels } = await ours.ask({ task: 'stepProfile', ...shape, repeats: 3 });
    figures.steps.push({ name, batchSize, answers, half, kernels });
    show(
      `Step of ${name}, batch ${batchSize}, 64 tokens: ${own.dispatches} dispatches`,
      table(
        ['kernel', 'calls', 'ms', 'share'],
        kernels
          .slice(0, 16)
          .map(({ kernel, calls, milliseconds, share }) => [
            kernel,
            calls,
            milliseconds.toFixed(2),
            `${(100 * share).toFixed(1)}%`,
          ]),
      ),
    );
  }
  show(
    'Training steps (forward, backward, AdamW; dropout 0.1; 64 tokens): examples/s (how many times as long as ours in f32)',
    table(['model', ...libraries.map(({ name }) => name), 'Attune, fp16'], rows),
  );
}

/** Recording a step, and the calls to Dawn that it ends in, on Dawn's null backend. */
async function measureHost() {
  const host = new LibraryProcess('host', process.execPath, [join(folder, 'libraries/host.mjs')]);
  const rows = [];
  figures.host = [];
  // The null backend gives 512 MiB: too little for BERT-base, and for all of the vocabulary of
  // which batches have the start.
  for (const name of ['tiny', 'MiniLM-L6']) {
    const shape = { config: { ...configs[name], vocabSize: 21_000 }, batchSize: 8, length: 64 };
    const answers = [];
    for (let round = 0; round < rounds; round++) answers.push(await host.ask({ task: 'host', ...shape, repeats: 200 }));
    const failed = answers.find(({ error }) => error);
    if (failed) throw new Error(failed.error);
    const of = (measure) => median(answers.map((answer) => answer[measure]));
    const { dispatches } = answers[0];
    figures.host.push({ name, dispatches, recording: of('recording'), calls: of('calls') });
    rows.push([
      `${name}, batch 8`,
      dispatches,
      of('recording').toFixed(1),
      of('calls').toFixed(1),
      ((of('recording') * dispatches) / 1000).toFixed(2),
    ]);
  }
  host.end();
  show(
    "Host: recording a training step, us a dispatch (Dawn's null backend)",
    table(['model', 'dispatches', 'recording', 'of that calls to Dawn, alone', 'ms a step'], rows),
  );
}

/**
 * One pass over MRPC's training pairs, in slices in turns: without padding, as everybody else pads,
 * in fp16, and in PyTorch.
 */
async function compareEpoch() {
  const { writeEpoch } = await import('./epoch.mjs');
  const batchSize = 32;
  const { file, batches, examples, padding } = await writeEpoch({
    folder: options.mrpc,
    tokenizer: options.tokenizer,
    batchSize,
  });
  const slice = 12;
  const task = { task: 'epoch', config: configs.tiny, file };
  const asked = [
    { name: 'Attune', library: ours, task },
    { name: 'Attune, padded', library: ours, task: { ...task, padded: true } },
    { name: 'Attune, fp16', library: ours, task: { ...task, fp16: true } },
    ...libraries
      .filter(({ name }) => name.startsWith('PyTorch'))
      .map((library) => ({ name: library.name, library, task })),
  ];
  const seconds = asked.map(() => 0);
  for (let done = 0; done < batches; done += slice) {
    const repeats = Math.min(slice, batches - done);
    for (const [who, one] of asked.entries()) {
      const { milliseconds, error } = await one.library.ask({ ...one.task, repeats });
      if (error) throw new Error(error);
      seconds[who] += (milliseconds * repeats) / 1000;
    }
  }
  rmSync(dirname(file), { recursive: true });
  figures.epoch = {
    batchSize,
    padding,
    batches,
    seconds: Object.fromEntries(asked.map(({ name }, who) => [name, seconds[who]])),
  };
  show(
    `Pass over MRPC's ${examples} training pairs, shuffled, batch ${batchSize}, BERT-tiny: ${(100 * padding).toFixed(1)}% of the places of padded batches are padding`,
    table(
      ['', 'examples/s', 'times as long as ours'],
      asked.map(({ name }, who) => [
        name,
        ((batches * batchSize) / seconds[who]).toFixed(1),
        (seconds[who] / seconds[0]).toFixed(2),
      ]),
    ),
  );
}

// Times kernels and training steps on this machine's adapter, and the same work in other libraries.
// See README.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findPnpm, runPnpm } from '../scripts/setup/pnpm.mjs';
import { driverEnvironment } from '../scripts/vulkan-driver.mjs';
import { LibraryProcess } from './libraryProcess.mjs';
import { compareGemm } from './measures/gemm.mjs';
import { countDispatches } from './measures/dispatches.mjs';
import { measureHost } from './measures/host.mjs';
import { timeKernels } from './measures/kernels.mjs';
import { measureMemory } from './measures/memory.mjs';
import { compareOperations } from './measures/operations.mjs';
import { compareShapes } from './measures/shapes.mjs';
import { compareSteps } from './measures/steps.mjs';
import { median } from './table.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const { values: options } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: 'kernels,gemm,operations,step,host,memory,dispatches,epoch' },
    output: { type: 'string', default: join(folder, 'output') },
    python: { type: 'string', default: process.env.ATTUNE_PYTHON ?? '' },
    library: { type: 'string', default: join(folder, 'libraries/attune.mjs') },
    operation: { type: 'string' },
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

const bench = { ours, libraries, options, rounds, figures, show, interleave, toAll };
if (chosen.includes('kernels')) await timeKernels(bench);
if (chosen.includes('gemm')) await compareGemm(bench);
if (chosen.includes('operations')) await compareOperations(bench);
if (chosen.includes('shapes')) await compareShapes(bench);
if (chosen.includes('step')) await compareSteps(bench);
if (chosen.includes('host')) await measureHost(bench);
if (chosen.includes('memory')) await measureMemory(bench);
if (chosen.includes('dispatches')) await countDispatches(bench);
if (chosen.includes('epoch') && options.mrpc && options.tokenizer) {
  // Loads the data packages, which only this measure needs.
  const { compareEpoch } = await import('./measures/epoch.mjs');
  await compareEpoch(bench);
}
for (const library of libraries) library.end();
mkdirSync(options.output, { recursive: true });
writeFileSync(join(options.output, 'bench.json'), `${JSON.stringify(figures, null, 2)}\n`);
writeFileSync(join(options.output, 'bench.md'), `${report.join('\n\n')}\n`);
console.log(`\nWritten to ${join(options.output, 'bench.json')} and bench.md.`);

/** Asks each library in turn, round by round, and returns the median answer of each. */
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

// How long training steps take beside those of another checkout, for example of an older commit,
// each in a process of its own, in turns.
// `npm run build` in both first.
//
//     node benchmarks/checkouts.mjs --before CHECKOUT
//       [--config tiny] [--batches 8,32] [--length 64] [--rounds 15]
//
// Ratios are of two turns that follow one another: by the clock, which a busy machine disturbs,
// and in time of all processors, which on a software adapter is all of the work. Losses after the
// same steps are compared too.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rootFolder } from '../scripts/setup/root-folder.mjs';
import { driverEnvironment } from '../scripts/vulkan-driver.mjs';
import { LibraryProcess } from './libraryProcess.mjs';
import { median, table } from './table.mjs';

const { values } = parseArgs({
  options: {
    before: { type: 'string' },
    config: { type: 'string', default: 'tiny' },
    batches: { type: 'string', default: '8,32' },
    length: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '15' },
  },
});
if (!values.before) throw new Error('--before CHECKOUT: the folder of another checkout of this project, built');
Object.assign(process.env, driverEnvironment());
const program = join(rootFolder, 'benchmarks/libraries/checkoutSteps.mjs');
const [before, now] = [values.before, rootFolder].map(
  (checkout) => new LibraryProcess(checkout, process.execPath, [program, checkout]),
);
/** Milliseconds of a turn, about. */
const turn = 1000;

const rows = [];
let adapter;
for (const fp16 of [false, true]) {
  for (const batchSize of values.batches.split(',').map(Number)) {
    const task = { task: 'step', config: values.config, batchSize, length: Number(values.length), fp16 };
    const pairs = await compare(task);
    adapter = pairs[0].now.adapter;
    const row = ['processor', 'milliseconds'].flatMap((figure) => {
      const times = (name) => median(pairs.map((pair) => pair[name][figure])).toFixed(1);
      const ratios = pairs.map((pair) => pair.now[figure] / pair.before[figure]).toSorted((a, b) => a - b);
      const at = (part) => ratios[Math.round(part * (ratios.length - 1))].toFixed(2);
      return [`${times('before')} and ${times('now')}`, `${median(ratios).toFixed(3)} (${at(0.25)} to ${at(0.75)})`];
    });
    const sameLoss = pairs.every((pair) => pair.now.loss === pair.before.loss);
    rows.push([fp16 ? 'fp16' : 'f32', batchSize, ...row, sameLoss ? 'same' : 'other']);
    console.log(rows.at(-1).join('  '));
  }
}
console.log(`\nSteps of ${values.config}, ${values.length} tokens, on ${adapter}; ${values.rounds} pairs of turns`);
const head = ['processors, ms', 'ratio (quarters)', 'clock, ms', 'ratio (quarters)'];
console.log(table(['type', 'batch', ...head, 'losses'], rows));
for (const process of [before, now]) process.end();

async function compare(task) {
  const ask = async (process, repeats) => {
    const answer = await process.ask({ ...task, repeats });
    if (answer.error) throw new Error(`${process.name}: ${answer.error}`);
    return answer;
  };
  const warm = [await ask(before, 5), await ask(now, 5)];
  const repeats = Math.max(2, Math.round(turn / Math.min(...warm.map(({ milliseconds }) => milliseconds))));
  const pairs = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const pair = {};
    for (const name of round % 2 === 0 ? ['before', 'now'] : ['now', 'before'])
      pair[name] = await ask(name === 'now' ? now : before, repeats);
    pairs.push(pair);
  }
  return pairs;
}

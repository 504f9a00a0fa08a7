import { operations } from '../libraries/operationShapes.mjs';
import { table, withRatio } from '../table.mjs';

/** Milliseconds that the calls of one answer take together, about. */
const together = 20;

/**
 * Single operations, forward and with their gradients: what a call costs with its share of the wait.
 * The least of the rounds, as what else runs on a machine only adds to short times.
 */
export async function compareOperations({ options, libraries, figures, show, interleave, toAll }) {
  const rows = [];
  for (const [name, { sizes }] of Object.entries(operations)) {
    if (options.operation && !options.operation.split(',').some((part) => name.includes(part))) continue;
    for (const n of sizes) {
      for (const backward of [false, true]) {
        const task = { task: 'operation', name, n, backward };
        const repeats = await repeatsFor(libraries, task);
        const answers = await interleave(
          toAll(task).map((asked, index) => ({ ...asked, task: { ...task, repeats: repeats[index] } })),
        );
        const own = answers[0].best;
        rows.push([
          `${name}${backward ? ' + gradients' : ''}, n = ${n}`,
          ...answers.map(({ error, best }) => error ?? withRatio(best.toFixed(3), own, best)),
        ]);
        console.error(rows.at(-1).join(' | '));
      }
    }
  }
  figures.operations = rows;
  show(
    'Single operations in f32, milliseconds a call, the least of the rounds (how many times as long as ours)',
    table(['operation', ...libraries.map(({ name }) => name)], rows),
  );
}

/** As many calls as fill a while, for each library by its own speed. */
async function repeatsFor(libraries, task) {
  const repeats = [];
  for (const library of libraries) {
    const { milliseconds = together } = await library.ask({ ...task, repeats: 2 });
    repeats.push(Math.min(100, Math.max(2, Math.round(together / milliseconds))));
  }
  return repeats;
}

import { operations } from '../libraries/operationShapes.mjs';
import { table, withRatio } from '../table.mjs';

/** Milliseconds that the calls of one answer take together, about. */
const together = 20;

/**
 * Single operations, forward and with their gradients: what a call costs with its share of the
 * wait. The least of the rounds, as what else runs on a machine only adds to short times.
 */
export async function compareOperations({ options, libraries, figures, show, interleave, toAll }) {
  const rows = [];
  for (const [name, { sizes }] of Object.entries(operations)) {
    if (options.operation && !options.operation.split(',').some((part) => name.includes(part))) continue;
    const checks = {};
    for (const backward of [false, true])
      checks[backward] = await checkValues(libraries, { task: 'operation', name, n: sizes[0], backward });
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
          ...answers.map(
            ({ error, best }, index) =>
              error ?? `${withRatio(best.toFixed(3), own, best)}${checks[backward][index] ? '' : ', other values'}`,
          ),
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

/**
 * Whether each library computes what the first does: its result, or its
 * gradients, at the least size.
 */
async function checkValues(libraries, task) {
  const read = [];
  for (const library of libraries) read.push(await library.ask({ ...task, read: true, repeats: 1 }));
  const [{ values: ours }] = read;
  return read.map(({ values }) => !values || !ours || areClose(values, ours));
}

const areClose = (arrays, others) =>
  arrays.length === others.length &&
  arrays.every((array, at) => {
    const largest = Math.max(...others[at].map(Math.abs));
    return (
      array.length === others[at].length &&
      array.every((value, index) => Math.abs(value - others[at][index]) <= 1e-3 * largest)
    );
  });

/** As many calls as fill a while, for each library by its own speed. */
async function repeatsFor(libraries, task) {
  const repeats = [];
  for (const library of libraries) {
    const { milliseconds = together } = await library.ask({ ...task, repeats: 2 });
    repeats.push(Math.min(100, Math.max(2, Math.round(together / milliseconds))));
    // Once unmeasured: JavaScript that ran a few times only is not compiled yet.
    await library.ask({ ...task, repeats: repeats.at(-1) });
  }
  return repeats;
}

import { fileURLToPath } from 'node:url';
import { LibraryProcess } from '../libraryProcess.mjs';
import { configs } from '../libraries/stepShape.mjs';
import { table } from '../table.mjs';

const sumOf = (kinds) => Object.values(kinds).reduce((sum, count) => sum + count, 0);

/**
 * Dispatches of a step of BERT-base by kernel, and its memory, as a GPU would be asked for them.
 */
export async function countDispatches({ figures, show }) {
  const gpuShaped = new LibraryProcess('a GPU', process.execPath, [
    fileURLToPath(new URL('../libraries/gpuShaped.mjs', import.meta.url)),
  ]);
  const steps = [];
  for (const card of ['unknown', 'Hopper']) {
    for (const fp16 of [false, true]) {
      for (const [batchSize, length] of [
        [8, 64],
        [32, 128],
      ]) {
        const shape = { config: configs.base, batchSize, length, fp16 };
        const answer = await gpuShaped.ask({ task: 'memory', card, ...shape, repeats: 1 });
        if (answer.error) throw new Error(answer.error);
        const name = `${batchSize} x ${length}${fp16 ? ', fp16' : ''}${card === 'unknown' ? '' : `, ${card}`}`;
        steps.push({ name, ...answer });
      }
    }
  }
  gpuShaped.end();
  figures.dispatches = steps;
  const names = [...new Set(steps.flatMap(({ kinds }) => Object.keys(kinds)))];
  show(
    'A step of BERT-base on a GPU, counted and not run: dispatches by kernel; peak of memory, MB',
    table(
      ['kernel', ...steps.map(({ name }) => name)],
      [
        ...names.map((name) => [name, ...steps.map(({ kinds }) => kinds[name] ?? 0)]),
        ['all dispatches', ...steps.map(({ kinds }) => sumOf(kinds))],
        ['memory', ...steps.map(({ peakBytes }) => (peakBytes / 2 ** 20).toFixed(0))],
      ],
    ),
  );
}

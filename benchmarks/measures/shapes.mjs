import { unevenOperations } from '../libraries/unevenShapes.mjs';
import { median, table } from '../table.mjs';

/**
 * Times operations on a million elements in shapes in which one thread could walk far, as multiples
 * of an even shape: on software adapters by the processors' time, on GPUs by timestamps.
 */
export async function compareShapes({ ours, options, rounds, figures, show }) {
  const asked = options.operation?.split(',');
  const rows = [];
  for (const [name, { shapes }] of Object.entries(unevenOperations)) {
    if (asked && !asked.includes(name)) continue;
    let even;
    for (const shape of Object.keys(shapes)) {
      const times = [];
      for (let round = 0; round < rounds; round++) {
        const { error, milliseconds } = await ours.ask({ task: 'uneven', name, shape, repeats: 1 });
        if (error) throw new Error(`${name}, ${shape}: ${error}`);
        times.push(milliseconds);
      }
      const milliseconds = median(times);
      even ??= milliseconds;
      rows.push({ name, shape, milliseconds, ratio: milliseconds / even });
    }
  }
  figures.shapes = rows;
  show(
    'A million elements in uneven shapes, with gradients: times as long as in an even one',
    table(
      ['operation', 'shape', 'ms', 'times as long'],
      rows.map(({ name, shape, milliseconds, ratio }) => [name, shape, milliseconds.toFixed(1), ratio.toFixed(1)]),
    ),
  );
}

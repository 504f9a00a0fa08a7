import { configs } from '../libraries/stepShape.mjs';
import { table, withRatio } from '../table.mjs';

export async function compareSteps({ ours, options, libraries, figures, show, interleave, toAll }) {
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

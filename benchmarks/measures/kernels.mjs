import { configs } from '../libraries/stepShape.mjs';
import { median, table } from '../table.mjs';

export async function timeKernels({ ours, options, rounds, figures, show }) {
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

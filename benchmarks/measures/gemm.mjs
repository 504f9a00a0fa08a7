import { table, withRatio } from '../table.mjs';

export async function compareGemm({ options, libraries, figures, show, interleave, toAll }) {
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

import type { Gpu } from '../../gpu.ts';
import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { gemm } from './index.ts';

/**
 * Forward (NT), gradient of the input (NN) and of the weight (TN) of linear layers: BERT-tiny's
 * with 512 tokens, its pooler's, BERT-base's with 2048.
 */
const layers = [
  { rows: 512, inputs: 128, outputs: 128 },
  { rows: 512, inputs: 128, outputs: 512 },
  { rows: 512, inputs: 512, outputs: 128 },
  { rows: 8, inputs: 128, outputs: 128 },
  { rows: 2048, inputs: 768, outputs: 768 },
];
const largest = 2048 * 768;

benchKernels('gemm', (gpu: Gpu) => {
  const operand = (seed: number) => gpu.upload(normalNumbers(largest, seed), 'f32', `operand ${seed}`);
  const [a, b] = [operand(1), operand(2)];
  const output = gpu.allocatePersistent('f32', largest, 'output');
  const variants = [
    ...(gpu.profile.subgroups && gpu.profile.subgroupSize > 0 ? ['subgroup' as const] : []),
    'register' as const,
    'portable' as const,
  ];
  const cases: Record<string, () => void> = {};
  for (const { rows, inputs, outputs } of layers) {
    for (const variant of variants) {
      const layouts = [
        { layout: 'NT', m: rows, n: outputs, k: inputs },
        { layout: 'NN', m: rows, n: inputs, k: outputs },
        { layout: 'TN', m: outputs, n: inputs, k: rows },
      ] as const;
      for (const shape of layouts) {
        cases[`${shape.layout} ${shape.m} x ${shape.n} x ${shape.k} by ${variant}`] = () =>
          gemm(gpu, { a, b, output, ...shape, variant });
      }
    }
  }
  return cases;
});

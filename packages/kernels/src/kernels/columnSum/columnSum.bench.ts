import type { Gpu } from '../../gpu.ts';
import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { columnSum } from './index.ts';

benchKernels('columnSum', (gpu: Gpu) => {
  const cases: Record<string, () => void> = {};
  for (const [rows, columns] of [
    [512, 128],
    [2048, 768],
    [2048, 3072],
    [65_536, 1],
  ] as const) {
    const input = gpu.upload(normalNumbers(rows * columns, 1), 'f32', 'input');
    const output = gpu.allocatePersistent('f32', columns, 'output');
    cases[`${rows} x ${columns}`] = () => columnSum(gpu, { input, output, rows, columns });
  }
  return cases;
});

import type { Gpu } from '../../gpu.ts';
import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { softmax, softmaxBackward } from './index.ts';

benchKernels('softmax', (gpu: Gpu) => {
  const cases: Record<string, () => void> = {};
  for (const [rows, columns] of [
    [16_384, 64],
    [2048, 512],
    [128, 30_522],
  ] as const) {
    const input = gpu.upload(normalNumbers(rows * columns, 1), 'f32', 'input');
    const [output, gradInput] = [
      gpu.allocatePersistent('f32', rows * columns, 'output'),
      gpu.allocatePersistent('f32', rows * columns, 'gradInput'),
    ];
    for (const variant of ['thread', 'workgroup'] as const) {
      cases[`${rows} x ${columns} by ${variant}`] = () => {
        softmax(gpu, { input, output, rows, columns, variant });
        softmaxBackward(gpu, { gradOutput: input, output, gradInput, rows, columns, variant });
      };
    }
  }
  return cases;
});

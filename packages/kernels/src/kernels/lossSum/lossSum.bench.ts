import type { Gpu } from '../../gpu.ts';
import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { lossSum } from './index.ts';

benchKernels('lossSum', (gpu: Gpu) => {
  const loss = gpu.allocatePersistent('f32', 1, 'loss');
  const cases: Record<string, () => void> = {};
  for (const count of [64, 2 ** 20]) {
    const input = gpu.upload(normalNumbers(count, 1), 'f32', 'input');
    cases[`of ${count}`] = () => lossSum(gpu, { input, count, loss, weight: 1 / count, accumulate: false });
  }
  return cases;
});

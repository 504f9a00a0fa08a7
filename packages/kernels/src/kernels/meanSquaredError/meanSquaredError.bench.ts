import type { Gpu } from '../../gpu.ts';
import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { meanSquaredError } from './index.ts';

benchKernels('meanSquaredError', (gpu: Gpu) => {
  const cases: Record<string, () => void> = {};
  const loss = gpu.allocatePersistent('f32', 1, 'loss');
  for (const length of [32, 2 ** 20]) {
    const predictions = gpu.upload(normalNumbers(length, 1), 'f32', 'predictions');
    const targets = gpu.upload(new Float32Array(length).fill(0.5), 'f32', 'targets');
    const gradPredictions = gpu.allocatePersistent('f32', length, 'gradPredictions');
    cases[`${length} elements`] = () =>
      meanSquaredError(gpu, { predictions, targets, loss, gradPredictions, length, weight: 1 / length });
  }
  return cases;
});

import type { Gpu } from '../../gpu.ts';
import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { binaryCrossEntropyWithLogits } from './index.ts';

benchKernels('binaryCrossEntropyWithLogits', (gpu: Gpu) => {
  const cases: Record<string, () => void> = {};
  const loss = gpu.allocatePersistent('f32', 1, 'loss');
  for (const length of [32, 2 ** 20]) {
    const logits = gpu.upload(normalNumbers(length, 1), 'f32', 'logits');
    const targets = gpu.upload(new Float32Array(length).fill(0.5), 'f32', 'targets');
    const gradLogits = gpu.allocatePersistent('f32', length, 'gradLogits');
    cases[`${length} elements`] = () =>
      binaryCrossEntropyWithLogits(gpu, { logits, targets, loss, gradLogits, length, weight: 1 / length });
  }
  return cases;
});

import type { Gpu } from '../../gpu.ts';
import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { crossEntropy } from './index.ts';

benchKernels('crossEntropy', (gpu: Gpu) => {
  const cases: Record<string, () => void> = {};
  const loss = gpu.allocatePersistent('f32', 1, 'loss');
  // Sequence classification, token classification, masked words.
  for (const [rows, classes] of [
    [32, 2],
    [16_384, 9],
    [300, 30_522],
  ] as const) {
    const logits = gpu.upload(normalNumbers(rows * classes, 1), 'f32', 'logits');
    const labels = gpu.upload(
      Int32Array.from({ length: rows }, (_, row) => row % classes),
      'i32',
      'labels',
    );
    const gradLogits = gpu.allocatePersistent('f32', rows * classes, 'gradLogits');
    for (const variant of ['thread', 'workgroup'] as const) {
      cases[`${rows} x ${classes} by ${variant}`] = () =>
        crossEntropy(gpu, { logits, labels, loss, gradLogits, rows, classes, weight: 1 / rows, variant });
    }
  }
  return cases;
});

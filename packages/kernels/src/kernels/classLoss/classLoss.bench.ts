import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { classLoss, classLossBackward } from './index.ts';

benchKernels('classLoss', (gpu) => {
  const [outer, classes] = [1024, 1000];
  const input = gpu.upload(normalNumbers(outer * classes, 1), 'f32', 'input');
  const target = gpu.upload(
    Int32Array.from({ length: outer }, (_, row) => (row * 7) % classes),
    'i32',
    'target',
  );
  const losses = gpu.allocatePersistent('f32', outer, 'losses');
  const facts = gpu.allocatePersistent('f32', 4 * outer, 'facts');
  const gradient = gpu.allocatePersistent('f32', outer * classes, 'gradient');
  const given = { input, isLogits: true, target, outer, classes, inner: 1, facts };
  return {
    '1024 of 1000': () => classLoss(gpu, { ...given, losses }),
    'backward of 1024 of 1000': () => classLossBackward(gpu, { ...given, gradOutput: losses, gradient }),
  };
});

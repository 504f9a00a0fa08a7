import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { where } from './index.ts';

benchKernels('where', (gpu) => {
  const length = 2 ** 20;
  const a = gpu.upload(normalNumbers(length, 1), 'f32', 'a');
  const condition = gpu.upload(
    Uint32Array.from({ length }, (_, index) => index % 2),
    'u32',
    'condition',
  );
  const output = gpu.allocatePersistent('f32', length, 'output');
  return { where: () => where(gpu, { condition, a, b: 0, output, length }) };
});

import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { accumulate, add, multiply, scale } from './index.ts';

benchKernels('element-wise', (gpu) => {
  const length = 2 ** 20;
  const a = gpu.upload(normalNumbers(length, 1), 'f32', 'a');
  const output = gpu.allocatePersistent('f32', length, 'output');
  return {
    add: () => add(gpu, { a, b: a, output, length }),
    multiply: () => multiply(gpu, { a, b: a, output, length }),
    scale: () => scale(gpu, { input: a, output, factor: 2, length }),
    accumulate: () => accumulate(gpu, { value: a, target: output, length }),
  };
});

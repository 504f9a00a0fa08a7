import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { tanh, tanhBackward } from './index.ts';

benchKernels('tanh', (gpu) => {
  const length = 2 ** 20;
  const input = gpu.upload(normalNumbers(length, 1), 'f32', 'input');
  const output = gpu.allocatePersistent('f32', length, 'output');
  return {
    tanh: () => tanh(gpu, { input, output, length }),
    'tanh backward': () => tanhBackward(gpu, { gradOutput: input, output: input, gradInput: output, length }),
  };
});

import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { gelu, geluBackward } from './index.ts';

benchKernels('gelu', (gpu) => {
  const length = 2 ** 20;
  const input = gpu.upload(normalNumbers(length, 1), 'f32', 'input');
  const output = gpu.allocatePersistent('f32', length, 'output');
  return {
    gelu: () => gelu(gpu, { input, output, length }),
    'gelu backward': () => geluBackward(gpu, { gradOutput: input, input, gradInput: output, length }),
  };
});

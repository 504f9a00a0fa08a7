import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { unary, unaryBackward } from './index.ts';
import { exp, relu, sin } from './members.ts';

benchKernels('unary', (gpu) => {
  const length = 2 ** 20;
  const input = gpu.upload(normalNumbers(length, 1), 'f32', 'input');
  const output = gpu.allocatePersistent('f32', length, 'output');
  return {
    relu: () => unary(gpu, { function: relu, input, output, length }),
    exp: () => unary(gpu, { function: exp, input, output, length }),
    sin: () => unary(gpu, { function: sin, input, output, length }),
    'exp backward': () => unaryBackward(gpu, { function: exp, gradOutput: input, input, gradInput: output, length }),
  };
});

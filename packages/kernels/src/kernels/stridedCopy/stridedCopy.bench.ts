import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { stridedCopy } from './index.ts';

benchKernels('stridedCopy', (gpu) => {
  const side = 1024;
  const input = gpu.upload(normalNumbers(side * side, 1), 'f32', 'input');
  const output = gpu.allocatePersistent('f32', side * side, 'output');
  const copy = (strides: number[]) => () => stridedCopy(gpu, { input, output, shape: [side, side], from: { strides } });
  return {
    'transpose of 1024 x 1024': copy([1, side]),
    'one row 1024 times': copy([0, 1]),
  };
});

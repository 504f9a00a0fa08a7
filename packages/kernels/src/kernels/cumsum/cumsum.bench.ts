import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { cumsum } from './index.ts';

benchKernels('cumsum', (gpu) => {
  const side = 1024;
  const input = gpu.upload(normalNumbers(side * side, 1), 'f32', 'input');
  const output = gpu.allocatePersistent('f32', side * side, 'output');
  return {
    'of 1024 rows of 1024': () => cumsum(gpu, { input, output, outer: side, length: side, inner: 1 }),
    'of one row of 2^20': () => cumsum(gpu, { input, output, outer: 1, length: side * side, inner: 1 }),
    'of 1024 columns': () => cumsum(gpu, { input, output, outer: 1, length: side, inner: side }),
  };
});

import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { argSort } from './index.ts';

benchKernels('argSort', (gpu) => {
  const side = 1024;
  const input = gpu.upload(normalNumbers(side * side, 1), 'f32', 'input');
  const output = gpu.allocatePersistent('i32', side * side, 'output');
  return {
    'a row of 1048576': () => argSort(gpu, { input, output, outer: 1, length: side * side, inner: 1 }),
    '1024 rows of 1024': () => argSort(gpu, { input, output, outer: side, length: side, inner: 1 }),
  };
});

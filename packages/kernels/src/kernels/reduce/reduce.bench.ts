import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { argReduce, reduce } from './index.ts';

benchKernels('reduce', (gpu) => {
  const side = 1024;
  const input = gpu.upload(normalNumbers(side * side, 1), 'f32', 'input');
  const output = gpu.allocatePersistent('f32', side, 'output');
  const numbers = gpu.allocatePersistent('i32', side, 'numbers');
  const rows = { outer: side, length: side, inner: 1 };
  const columns = { outer: 1, length: side, inner: side };
  const all = { outer: 1, length: side * side, inner: 1 };
  return {
    'sum of all of 1024 x 1024': () => reduce(gpu, { member: 'sum', input, output, ...all }),
    'sum of rows': () => reduce(gpu, { member: 'sum', input, output, ...rows }),
    'sum of columns': () => reduce(gpu, { member: 'sum', input, output, ...columns }),
    'argMax of rows': () => argReduce(gpu, { input, output: numbers, ...rows }),
  };
});

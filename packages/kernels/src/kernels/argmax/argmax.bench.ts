import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { argmax } from './index.ts';

benchKernels('argmax', (gpu) => {
  const [rows, columns] = [4096, 128];
  const input = gpu.upload(normalNumbers(rows * columns, 1), 'f32', 'input');
  const output = gpu.allocatePersistent('i32', rows, 'output');
  return { '4096 rows of 128': () => argmax(gpu, { input, output, rows, columns }) };
});

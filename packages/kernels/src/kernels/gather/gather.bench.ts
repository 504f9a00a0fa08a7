import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { argSort } from '../argSort/index.ts';
import { gather, scatterAdd } from './index.ts';

benchKernels('gather', (gpu) => {
  const rows = { outer: 256, length: 1024, inner: 1 };
  const shape = { ...rows, places: 1024 };
  const count = 256 * 1024;
  const input = gpu.upload(normalNumbers(count, 1), 'f32', 'input');
  const numbers = Int32Array.from({ length: count }, (_, place) => (place * 37) % 1024);
  const index = gpu.upload(numbers, 'i32', 'index');
  const order = gpu.allocatePersistent('i32', count, 'order');
  const output = gpu.allocatePersistent('f32', count, 'output');
  argSort(gpu, { input: index, output: order, ...rows });
  return {
    '1024 of each of 256 rows': () => gather(gpu, { input, index, output, ...shape }),
    'and back': () => scatterAdd(gpu, { input, index, order, output, ...shape }),
  };
});

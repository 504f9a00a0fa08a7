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
  const one = { outer: 1, length: 1024, places: 2 ** 20, inner: 1 };
  const elements = gpu.allocatePersistent('f32', one.places, 'a million elements');
  const sums = gpu.allocatePersistent('f32', one.length, 'sums');
  const sumsOf = (indexOf: (place: number) => number) => {
    const indices = gpu.upload(
      Int32Array.from({ length: one.places }, (_, place) => indexOf(place)),
      'i32',
      'indices',
    );
    const sorted = gpu.allocatePersistent('i32', one.places, 'their order');
    argSort(gpu, { input: indices, output: sorted, outer: 1, length: one.places, inner: 1 });
    return () => scatterAdd(gpu, { input: elements, index: indices, order: sorted, output: sums, ...one });
  };
  return {
    '1024 of each of 256 rows': () => gather(gpu, { input, index, output, ...shape }),
    'and back': () => scatterAdd(gpu, { input, index, order, output, ...shape }),
    'a million random indices': sumsOf((place) => (Math.imul(place + 1, 0x9e3779b1) >>> 0) % one.length),
    'a million equal indices': sumsOf(() => 3),
  };
});

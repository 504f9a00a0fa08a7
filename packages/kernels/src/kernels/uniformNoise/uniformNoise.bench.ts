import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { uniformNoise } from './index.ts';

benchKernels('uniformNoise', (gpu) => {
  const [rows, columns] = [2048, 768];
  const input = gpu.upload(normalNumbers(rows * columns, 1), 'f32', 'input');
  const output = gpu.allocatePersistent('f32', rows * columns, 'output');
  const keys = Uint32Array.from({ length: rows }, (_, row) => row);
  const random = {
    state: gpu.upload(Uint32Array.of(1, 2, 0, 0), 'u32', 'state'),
    tokenKeys: gpu.upload(keys, 'u32', 'keys'),
  };
  return {
    '2048 x 768': () => uniformNoise(gpu, { input, output, rows, columns, magnitude: 0.1, site: 1, random }),
  };
});

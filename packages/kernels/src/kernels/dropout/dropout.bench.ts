import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { dropout } from './index.ts';

benchKernels('dropout', (gpu) => {
  const [rows, columns] = [2048, 512];
  const input = gpu.upload(normalNumbers(rows * columns, 1), 'f32', 'input');
  const output = gpu.allocatePersistent('f32', rows * columns, 'output');
  const random = {
    state: gpu.upload(Uint32Array.of(1, 2, 0, 0), 'u32', 'state'),
    tokenKeys: gpu.upload(
      Uint32Array.from({ length: rows }, (_, row) => row),
      'u32',
      'keys',
    ),
  };
  return {
    '2048 x 512': () => dropout(gpu, { input, output, rows, columns, dropout: { probability: 0.1, site: 1, random } }),
  };
});

import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { gatherRows, scatterRows } from './index.ts';

benchKernels('gatherRows', (gpu) => {
  const [rows, columns, spread] = [256, 768, 4];
  const input = gpu.upload(normalNumbers(spread * rows * columns, 1), 'f32', 'input');
  const indices = gpu.upload(
    Uint32Array.from({ length: rows }, (_, row) => spread * row),
    'u32',
    'indices',
  );
  const gathered = gpu.allocatePersistent('f32', rows * columns, 'gathered');
  const scattered = gpu.allocatePersistent('f32', spread * rows * columns, 'scattered');
  return {
    '256 of 1024 rows of 768': () => gatherRows(gpu, { input, indices, output: gathered, rows, columns }),
    'and back': () =>
      scatterRows(gpu, { input: gathered, indices, output: scattered, rows, outputRows: spread * rows, columns }),
  };
});

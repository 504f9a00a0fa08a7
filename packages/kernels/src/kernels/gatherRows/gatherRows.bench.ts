import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { segmentIds, uploadSegments } from '../segmentSum/index.ts';
import { gatherRows, scatterRows } from './index.ts';

benchKernels('gatherRows', (gpu) => {
  const [rows, columns, spread] = [256, 768, 4];
  const input = gpu.upload(normalNumbers(spread * rows * columns, 1), 'f32', 'input');
  const rowNumbers = Uint32Array.from({ length: rows }, (_, row) => spread * row);
  const indices = gpu.upload(rowNumbers, 'u32', 'indices');
  const segments = uploadSegments(gpu, segmentIds(rowNumbers));
  const gathered = gpu.allocatePersistent('f32', rows * columns, 'gathered');
  const scattered = gpu.allocatePersistent('f32', spread * rows * columns, 'scattered');
  return {
    '256 of 1024 rows of 768': () => gatherRows(gpu, { input, indices, output: gathered, rows, columns }),
    'and back': () =>
      scatterRows(gpu, { input: gathered, segments, output: scattered, rows, outputRows: spread * rows, columns }),
  };
});

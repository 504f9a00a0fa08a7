import type { Gpu } from '../../gpu.ts';
import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { segmentIds, segmentSum, uploadSegments } from './index.ts';

benchKernels('segmentSum', (gpu: Gpu) => {
  const [rows, columns] = [2048, 768];
  const input = gpu.upload(normalNumbers(rows * columns, 1), 'f32', 'input');
  const sumInto = (outputRows: number) => {
    const segments = uploadSegments(gpu, segmentIds(Uint32Array.from({ length: rows }, (_, row) => row % outputRows)));
    const output = gpu.allocatePersistent('f32', outputRows * columns, 'output');
    return () =>
      segmentSum(gpu, {
        kernel: 'segmentSum',
        outputName: 'output',
        input,
        outputs: [{ array: output, rows: outputRows }],
        segments,
        rows,
        columns,
        accumulate: false,
      });
  };
  return {
    '2048 rows of 768 into 1024': sumInto(1024),
    // Segments of 512, which go in two stages.
    'into 4': sumInto(4),
  };
});

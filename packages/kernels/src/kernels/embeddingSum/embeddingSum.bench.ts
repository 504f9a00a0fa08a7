import type { Gpu } from '../../gpu.ts';
import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers, uniformNumbers } from '../../testing/numbers.ts';
import { segmentIds, uploadSegments } from '../segmentSum/index.ts';
import { embeddingBackward, embeddingSum } from './index.ts';

benchKernels('embedding', (gpu: Gpu) => {
  const [rows, columns] = [2048, 768];
  const tableRows = [30_522, 512, 2];
  const tables = tableRows.map((count) => gpu.allocatePersistent('f32', count * columns, 'table'));
  const uniform = uniformNumbers(1);
  // Words by a skewed distribution, positions of sequences of 64, token types of two halves.
  const hostIds = [
    Uint32Array.from({ length: rows }, () => Math.floor(30_522 * uniform() ** 4)),
    Uint32Array.from({ length: rows }, (_, row) => row % 64),
    Uint32Array.from({ length: rows }, (_, row) => Math.floor(row / 32) % 2),
  ];
  const ids = hostIds.map((values) => gpu.upload(values, 'u32', 'ids'));
  const output = gpu.upload(normalNumbers(rows * columns, 1), 'f32', 'output');
  const segments = hostIds.map((values) => uploadSegments(gpu, segmentIds(values)));
  return {
    [`sum of three tables, ${rows} x ${columns}`]: () => embeddingSum(gpu, { tables, ids, output, rows, columns }),
    ...Object.fromEntries(
      ['words', 'positions', 'token types'].map((name, table) => [
        `backward of ${name}, ${rows} x ${columns}`,
        () =>
          embeddingBackward(gpu, {
            gradOutput: output,
            gradTable: tables[table] as (typeof tables)[number],
            segments: segments[table] as (typeof segments)[number],
            rows,
            columns,
          }),
      ]),
    ),
  };
});

import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { segmentSum } from '../segmentSum/index.ts';
import { floatTypes, requireArray, requireKernelOptions, singleTypes } from '../validate.ts';
import { embeddingBackwardKinds } from './options.ts';
import type { EmbeddingBackwardOptions } from './options.ts';

const kernel = 'embeddingBackward';

/**
 * Records the gradient of one or several embedding tables: `gradTable[id] += sum of the rows of
 * gradOutput with that id`. No atomics: every run gives the same bits. Ids that occur more than 32
 * times (token types, low positions, `[CLS]`) are summed in two stages.
 *
 * @throws KernelArgumentError
 */
export function embeddingBackward(gpu: Gpu, options: EmbeddingBackwardOptions): void {
  requireKernelOptions(kernel, options, embeddingBackwardKinds);
  const { gradOutput, gradTable, segments, rows, columns, accumulate = true } = options;
  requireArray(kernel, 'gradOutput', gradOutput, { rows, columns }, floatTypes);
  const gradTables = Array.isArray(gradTable) ? (gradTable as readonly GpuArray[]) : [gradTable as GpuArray];
  for (const [table, array] of gradTables.entries()) {
    const least = { 'table rows': segments.chunks > 0 ? (segments.largestIds[table] ?? 0) + 1 : 0, columns };
    requireArray(kernel, 'gradTable', array, least, singleTypes);
  }
  segmentSum(gpu, {
    kernel,
    input: gradOutput,
    outputs: gradTables.map((array) => ({ array, rows: columns === 0 ? 0 : Math.floor(array.length / columns) })),
    outputName: 'gradTable',
    segments,
    rows,
    columns,
    accumulate,
  });
}

import type { Gpu } from '../../gpu.ts';
import { segmentSum } from '../segmentSum/index.ts';
import { floatTypes, requireArray, requireExtents, singleTypes } from '../validate.ts';
import type { EmbeddingBackwardOptions } from './options.ts';

const kernel = 'embeddingBackward';

/**
 * Gradient of one table of an embedding: `gradTable[id] += sum of the rows of gradOutput with that
 * id`. No atomics: every run gives the same bits. Ids that occur more than 32 times (token types,
 * low positions, `[CLS]`) are summed in two stages.
 *
 * @throws KernelArgumentError
 */
export function embeddingBackward(
  gpu: Gpu,
  { gradOutput, gradTable, segments, rows, columns, accumulate = true }: EmbeddingBackwardOptions,
): void {
  requireExtents(kernel, { rows, columns });
  requireArray(kernel, 'gradOutput', gradOutput, { rows, columns }, floatTypes);
  requireArray(
    kernel,
    'gradTable',
    gradTable,
    { 'table rows': segments.chunks > 0 ? segments.largestId + 1 : 0, columns },
    singleTypes,
  );
  segmentSum(gpu, {
    kernel,
    input: gradOutput,
    output: gradTable,
    segments,
    rows,
    outputRows: columns === 0 ? 0 : Math.floor(gradTable.length / columns),
    columns,
    accumulate,
  });
}

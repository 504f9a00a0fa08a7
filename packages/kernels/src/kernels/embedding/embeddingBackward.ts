import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { floatTypes, indexTypes, requireArray, requireExtents, requireSeparate, singleTypes } from '../validate.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { wgsl as chunkSource } from './embeddingBackward.wgsl.ts';
import { wgsl as longSource } from './embeddingBackwardLong.wgsl.ts';
import { rowsPerChunk } from './segmentChunks.ts';
import type { UploadedSegments } from './segmentChunks.ts';

export interface EmbeddingBackwardOptions {
  /** f32 or f16 `[rows, columns]`. */
  readonly gradOutput: GpuArray;
  /** f32 `[table rows, columns]`; may be a view. Rows whose id does not occur are left alone. */
  readonly gradTable: GpuArray;
  /** The ids of the rows: `uploadSegments(gpu, segmentIds(ids))`. */
  readonly segments: UploadedSegments;
  readonly rows: number;
  readonly columns: number;
  /** Add to what `gradTable` holds. Default true. */
  readonly accumulate?: boolean;
}

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
  requireArray(kernel, 'segments', segments.words, {}, indexTypes);
  requireSeparate(kernel, [gradOutput, segments.words], [gradTable]);
  if (segments.rows > rows)
    throw new KernelArgumentError(
      `${kernel}: segments were made of ${segments.rows} ids for ${rows} rows of gradOutput`,
    );
  if (columns === 0) return;
  const width = columns % 4 === 0 ? 4 : 1;
  const access = elementAccess(gpu, { gradOutput }, {}, width);
  const vectors = columns / width;
  const integers = [vectors, Math.floor(gradTable.length / columns), Number(accumulate)];
  const partialSums = gpu.allocate('f32', segments.partialSums * columns, 'partial sums of embedding gradients');
  gpu.dispatch({
    program: { key: `${kernel} ${access.key}`, source: () => access.text() + chunkSource },
    parameters: { integers: [...integers, rowsPerChunk] },
    reads: [segments.words, gradOutput],
    writes: [gradTable, partialSums],
    workgroups: spreadWorkgroups(Math.ceil((segments.chunks * vectors) / 64)),
    work: { bytes: (rows * bytesPerElement[gradOutput.elementType] + segments.uniqueIds * 8) * columns },
  });
  gpu.dispatch({
    program: {
      key: `${kernel} of long segments${width === 4 ? ' by 4' : ''}`,
      source: () => `alias Values = ${width === 4 ? 'vec4f' : 'f32'};\n${longSource}`,
    },
    parameters: { integers: [...integers, segments.partialSums] },
    reads: [segments.words, partialSums],
    writes: [gradTable],
    workgroups: spreadWorkgroups(Math.ceil((segments.longSegments * vectors) / 64)),
    work: { bytes: segments.partialSums * columns * 4 },
  });
  gpu.release(partialSums);
}

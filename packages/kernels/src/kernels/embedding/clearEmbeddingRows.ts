import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { indexTypes, requireArray, requireExtents, requireSeparate, singleTypes } from '../validate.ts';
import { wgsl as source } from './clearEmbeddingRows.wgsl.ts';
import type { UploadedSegments } from './segmentChunks.ts';

export interface ClearEmbeddingRowsOptions {
  /** f32 `[table rows, columns]`; may be a view. */
  readonly gradTable: GpuArray;
  /** The segments that `embeddingBackward` was given. */
  readonly segments: UploadedSegments;
  readonly columns: number;
}

const kernel = 'clearEmbeddingRows';

/**
 * Zeroes the rows of a table's gradient that `embeddingBackward` wrote to: a few of the tens of
 * thousands of a vocabulary.
 *
 * @throws KernelArgumentError
 */
export function clearEmbeddingRows(gpu: Gpu, { gradTable, segments, columns }: ClearEmbeddingRowsOptions): void {
  requireExtents(kernel, { columns });
  requireArray(
    kernel,
    'gradTable',
    gradTable,
    { 'table rows': segments.chunks > 0 ? segments.largestId + 1 : 0, columns },
    singleTypes,
  );
  requireArray(kernel, 'segments', segments.words, {}, indexTypes);
  requireSeparate(kernel, [segments.words], [gradTable]);
  if (columns === 0) return;
  const width = columns % 4 === 0 ? 4 : 1;
  const vectors = columns / width;
  gpu.dispatch({
    program: {
      key: `${kernel}${width === 4 ? ' by 4' : ''}`,
      source: () => `alias Values = ${width === 4 ? 'vec4f' : 'f32'};\n${source}`,
    },
    parameters: { integers: [vectors, Math.floor(gradTable.length / columns)] },
    reads: [segments.words],
    writes: [gradTable],
    workgroups: spreadWorkgroups(Math.ceil(((segments.chunks + segments.longSegments) * vectors) / 64)),
    work: { bytes: 4 * segments.uniqueIds * columns },
  });
}

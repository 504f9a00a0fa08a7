import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import type { IdSegments } from './segmentIds.ts';

/**
 * Rows that one thread sums. Longer segments are summed in chunks of so many first, then over their
 * chunks.
 */
export const rowsPerChunk = 32;

/**
 * Segments on the GPU, cut into chunks. Made by `uploadSegments`; `words` is released by the
 * caller.
 */
export interface UploadedSegments {
  /**
   * u32: a header of 4 words (chunks, long segments, and where the next two lists start), then
   * - chunks + 1 places in `order` where chunks start,
   * - for each chunk: the id that its sum goes to, or for a chunk of a long segment 2^31 + the
   *   number of its partial sum,
   * - for each long segment: id, first partial sum, the partial sum after its last,
   * - `order`.
   */
  readonly words: GpuArray;
  /** Rows that are summed. */
  readonly rows: number;
  /** Pieces of at most 32 rows. */
  readonly chunks: number;
  /** Segments of more than one chunk. */
  readonly longSegments: number;
  /** Chunks of those. */
  readonly partialSums: number;
  /** Segments. */
  readonly uniqueIds: number;
  /** The largest id among them. */
  readonly largestId: number;
}

const partialFlag = 0x80000000;
const headerWords = 4;

/** Cuts segments into chunks of at most 32 rows and uploads them, all in one array. */
export function uploadSegments(gpu: Gpu, { uniqueIds, segmentStarts, order }: IdSegments): UploadedSegments {
  const unique = uniqueIds.length;
  let chunks = 0;
  let longSegments = 0;
  let largestId = 0;
  for (let segment = 0; segment < unique; segment++) {
    const count = Math.ceil(
      ((segmentStarts[segment + 1] as number) - (segmentStarts[segment] as number)) / rowsPerChunk,
    );
    chunks += count;
    if (count > 1) longSegments += 1;
    largestId = Math.max(largestId, uniqueIds[segment] as number);
  }
  const starts = headerWords;
  const targets = starts + chunks + 1;
  const long = targets + chunks;
  const rows = long + 3 * longSegments;
  const words = new Uint32Array(rows + order.length);
  words.set([chunks, longSegments, targets, long]);
  words.set(order, rows);
  let chunk = 0;
  let partialSums = 0;
  let longNumber = 0;
  for (let segment = 0; segment < unique; segment++) {
    const end = segmentStarts[segment + 1] as number;
    let start = segmentStarts[segment] as number;
    const isLong = end - start > rowsPerChunk;
    const firstPartial = partialSums;
    for (; start < end; start += rowsPerChunk) {
      words[starts + chunk] = rows + start;
      words[targets + chunk] = isLong ? partialFlag + partialSums++ : (uniqueIds[segment] as number);
      chunk += 1;
    }
    if (isLong) words.set([uniqueIds[segment] as number, firstPartial, partialSums], long + 3 * longNumber++);
  }
  words[starts + chunks] = rows + order.length;
  return {
    words: gpu.upload(words, 'u32', 'id segments'),
    rows: order.length,
    chunks,
    longSegments,
    partialSums,
    uniqueIds: unique,
    largestId,
  };
}

import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import type { IdSegments } from './segmentIds.ts';

/**
 * Number of rows that one thread sums. Longer segments are first summed in chunks of this size,
 * then over the chunks.
 */
export const rowsPerChunk = 32;

/** Segments on the GPU, cut into chunks. Made by `uploadSegments`; the caller releases `words`. */
export interface UploadedSegments {
  /**
   * u32: a header of 4 words (chunks, long segments, and where the next two lists start), then
   * - chunks + 1 places in `order` where chunks start,
   * - for each chunk: the goal of its sum, or for a chunk of a long segment 2^31 + the
   *   number of its partial sum,
   * - for each long segment: goal, first partial sum, the partial sum after its last,
   * - `order`.
   *
   * A goal is 2^28 times the number of the output, plus the id.
   */
  readonly words: GpuArray;
  /** Number of rows that are summed; with several outputs, the most for any of them. */
  readonly rows: number;
  /** Pieces of at most 32 rows. */
  readonly chunks: number;
  /** Segments of more than one chunk. */
  readonly longSegments: number;
  /** Chunks of those segments. */
  readonly partialSums: number;
  /** Number of segments. */
  readonly uniqueIds: number;
  /** The largest id that goes to each output. */
  readonly largestIds: readonly number[];
}

const partialFlag = 0x80000000;
const goalsOfOutput = 2 ** 28;
/** As many as every adapter can bind beside the other arrays. */
const mostOutputs = 4;
const headerWords = 4;

/**
 * Cuts segments into chunks of at most 32 rows and uploads them, all in one array.
 *
 * @param outputs the segments of each output: one, or up to four
 * @throws KernelArgumentError
 */
export function uploadSegments(gpu: Gpu, ...outputs: readonly IdSegments[]): UploadedSegments {
  if (outputs.length === 0 || outputs.length > mostOutputs)
    throw new KernelArgumentError(
      `uploadSegments: got segments of ${outputs.length} outputs; it takes 1 to ${mostOutputs}`,
    );
  let [chunks, longSegments, unique, length] = [0, 0, 0, 0];
  const largestIds = outputs.map(({ uniqueIds, segmentStarts, order }) => {
    let largestId = 0;
    for (let segment = 0; segment < uniqueIds.length; segment++) {
      const count = Math.ceil(
        ((segmentStarts[segment + 1] as number) - (segmentStarts[segment] as number)) / rowsPerChunk,
      );
      chunks += count;
      if (count > 1) longSegments += 1;
      largestId = Math.max(largestId, uniqueIds[segment] as number);
    }
    unique += uniqueIds.length;
    length += order.length;
    return largestId;
  });
  if (Math.max(...largestIds) >= goalsOfOutput)
    throw new KernelArgumentError(`uploadSegments: an id is ${Math.max(...largestIds)}; ids lie below 2^28`);
  const starts = headerWords;
  const targets = starts + chunks + 1;
  const long = targets + chunks;
  const rows = long + 3 * longSegments;
  const words = new Uint32Array(rows + length);
  words.set([chunks, longSegments, targets, long]);
  let [chunk, partialSums, longNumber, firstRow] = [0, 0, 0, rows];
  for (const [output, { uniqueIds, segmentStarts, order }] of outputs.entries()) {
    words.set(order, firstRow);
    for (let segment = 0; segment < uniqueIds.length; segment++) {
      const end = segmentStarts[segment + 1] as number;
      let start = segmentStarts[segment] as number;
      const isLong = end - start > rowsPerChunk;
      const firstPartial = partialSums;
      const goal = goalsOfOutput * output + (uniqueIds[segment] as number);
      for (; start < end; start += rowsPerChunk) {
        words[starts + chunk] = firstRow + start;
        words[targets + chunk] = isLong ? partialFlag + partialSums++ : goal;
        chunk += 1;
      }
      if (isLong) words.set([goal, firstPartial, partialSums], long + 3 * longNumber++);
    }
    firstRow += order.length;
  }
  words[starts + chunks] = firstRow;
  return {
    words: gpu.upload(words, 'u32', 'id segments'),
    rows: Math.max(...outputs.map(({ order }) => order.length)),
    chunks,
    longSegments,
    partialSums,
    uniqueIds: unique,
    largestIds,
  };
}

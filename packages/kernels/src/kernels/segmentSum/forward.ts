import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { indexTypes, requireArray, requireSeparate } from '../validate.ts';
import type { SegmentSumOptions } from './options.ts';
import { rowsPerChunk } from './segmentChunks.ts';
import { wgsl as chunkSource } from './segmentSum.wgsl.ts';
import { wgsl as longSource } from './segmentSumLong.wgsl.ts';

/** Vectors of a segment that a workgroup of `segmentSumLong.wgsl` sums by trees. */
const treeVectors = 8;
/** As many as there are workgroups along one dimension. */
const mostTreeSegments = 65535;

/**
 * Sums rows by their ids: `output[id] = sum of the rows of input with that id`, replaced or added.
 * No atomics: every run gives the same bits. Ids that occur more than 32 times are summed in two
 * stages. Used by the kernels that need it, which check the matrices.
 *
 * @throws KernelArgumentError
 */
export function segmentSum(gpu: Gpu, options: SegmentSumOptions): void {
  const { kernel, input, output, segments, rows, outputRows, columns, accumulate } = options;
  requireArray(kernel, 'segments', segments.words, {}, indexTypes);
  requireSeparate(kernel, [input, segments.words], [output]);
  if (segments.rows > rows)
    throw new KernelArgumentError(
      `${kernel}: segments were made of ${segments.rows} ids for ${rows} rows of ${input.label}`,
    );
  if (columns === 0) return;
  const width = columns % 4 === 0 ? 4 : 1;
  const vectors = columns / width;
  const integers = [vectors, outputRows, Number(accumulate)];
  const partialSums = gpu.allocate('f32', segments.partialSums * columns, 'partial sums of segments');
  gpu.dispatch({
    program: kernelProgram(kernel, chunkSource, { access: elementAccess(gpu, { input }, { output }, width) }),
    parameters: { integers: [...integers, rowsPerChunk] },
    reads: [segments.words, input],
    writes: [output, partialSums],
    workgroups: spreadWorkgroups(Math.ceil((segments.chunks * vectors) / 64)),
    work: { bytes: (rows * bytesPerElement[input.elementType] + segments.uniqueIds * 8) * columns },
  });
  // Processors go through memory in order; on GPUs a thread that adds one after the other waits.
  const tree = !gpu.profile.software && segments.longSegments <= mostTreeSegments;
  gpu.dispatch({
    program: kernelProgram(`${kernel} of long segments`, longSource, {
      access: elementAccess(gpu, {}, { output }, width),
      tree,
    }),
    parameters: { integers: [...integers, segments.partialSums] },
    reads: [segments.words, partialSums],
    writes: [output],
    workgroups: tree
      ? [segments.longSegments > 0 ? Math.ceil(vectors / treeVectors) : 0, segments.longSegments, 1]
      : spreadWorkgroups(Math.ceil((segments.longSegments * vectors) / 64)),
    work: { bytes: segments.partialSums * columns * 4 },
  });
  gpu.release(partialSums);
}

import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { generatedWgsl, kernelProgram } from '../../wgsl/kernelProgram.ts';
import { indexTypes, requireArray, requireSeparate } from '../validate.ts';
import type { SegmentSumOptions } from './options.ts';
import { rowsPerChunk } from './segmentChunks.ts';
import { wgsl as chunkSource } from './segmentSum.wgsl.ts';
import { wgsl as longSource } from './segmentSumLong.wgsl.ts';

/** Vectors of a segment that a workgroup of `segmentSumLong.wgsl` sums by trees. */
const treeVectors = 8;
/** Most segments for the tree: one workgroup each, along one dimension. */
const mostTreeSegments = 65535;

/**
 * Records sums of rows by their ids: `output[id] = sum of the rows of input with that id`,
 * replacing or adding to the output; with several ids for each row, into several outputs. No
 * atomics: every run gives the same bits. Ids that occur more than 32 times are summed in two
 * stages. Used by other kernels, which check the matrices.
 *
 * @throws KernelArgumentError
 */
export function segmentSum(gpu: Gpu, options: SegmentSumOptions): void {
  const { kernel, input, outputs, outputName, segments, rows, columns, accumulate } = options;
  requireArray(kernel, 'segments', segments.words, {}, indexTypes);
  const arrays = outputs.map(({ array }) => array);
  requireSeparate(kernel, [input, segments.words], arrays);
  if (outputs.length !== segments.largestIds.length)
    throw new KernelArgumentError(
      `${kernel}: got ${outputs.length} arrays as ${outputName} for segments of ${segments.largestIds.length}; it takes as many of both`,
    );
  if (segments.rows > rows)
    throw new KernelArgumentError(
      `${kernel}: segments were made of ${segments.rows} ids for ${rows} rows of ${input.label}`,
    );
  if (columns === 0) return;
  const width = columns % 4 === 0 ? 4 : 1;
  const vectors = columns / width;
  const parametersWith = (most: number) => ({
    integers: [vectors, Number(accumulate), most, ...outputs.map((output) => output.rows)],
  });
  const named = Object.fromEntries(arrays.map((array, number) => [`output${number}`, array]));
  const goals = (firstBinding: number) => generatedWgsl({ outputs: arrays.length, firstBinding }, goalsText);
  const partialSums = gpu.allocate('f32', segments.partialSums * columns, 'partial sums of segments');
  gpu.dispatch({
    program: kernelProgram(kernel, chunkSource, {
      access: elementAccess(gpu, { input }, named, width),
      goals: goals(4),
    }),
    parameters: parametersWith(rowsPerChunk),
    reads: [segments.words, input],
    writes: [partialSums, ...arrays],
    workgroups: spreadWorkgroups(Math.ceil((segments.chunks * vectors) / 64)),
    work: { bytes: (rows * bytesPerElement[input.elementType] + segments.uniqueIds * 8) * columns },
  });
  // Software adapters read memory in order; on GPUs a thread that adds one row after the other
  // waits.
  const tree = !gpu.profile.software && segments.longSegments <= mostTreeSegments;
  gpu.dispatch({
    program: kernelProgram(`${kernel} of long segments`, longSource, {
      access: elementAccess(gpu, {}, named, width),
      goals: goals(3),
      tree,
    }),
    parameters: parametersWith(segments.partialSums),
    reads: [segments.words, partialSums],
    writes: arrays,
    workgroups: tree
      ? [segments.longSegments > 0 ? Math.ceil(vectors / treeVectors) : 0, segments.longSegments, 1]
      : spreadWorkgroups(Math.ceil((segments.longSegments * vectors) / 64)),
    work: { bytes: segments.partialSums * columns * 4 },
  });
  gpu.release(partialSums);
}

/** Writes the parameters, the bindings of any number of outputs, and `store`. */
function goalsText({ outputs, firstBinding }: { readonly outputs: number; readonly firstBinding: number }): string {
  const each = (write: (output: number) => string) => Array.from({ length: outputs }, (_, output) => write(output));
  return [
    `struct Parameters { columns: u32, accumulate: u32, most: u32, ${each((output) => `rows${output}: u32`).join(', ')} }`,
    '@group(0) @binding(0) var<uniform> parameters: Parameters;',
    ...each(
      (output) =>
        `@group(0) @binding(${firstBinding + output}) var<storage, read_write> output${output}: array<Output${output}>;`,
    ),
    'fn store(goal: u32, column: u32, value: Values) {',
    '  let row = goal & 0x0fffffff;',
    '  let index = row * parameters.columns + column;',
    '  var sum = value;',
    '  switch (goal >> 28) {',
    ...each((output) =>
      [
        `    case ${output} {`,
        `      if (row >= parameters.rows${output}) { return; }`,
        `      if (parameters.accumulate != 0) { sum += loadOutput${output}(index); }`,
        `      storeOutput${output}(index, sum);`,
        '    }',
      ].join('\n'),
    ),
    '    default {}',
    '  }',
    '}',
  ].join('\n');
}

import type { Gpu } from '../../../gpu.ts';
import type { GpuArray } from '../../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../../recording/dispatch.ts';
import { elementAccess } from '../../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../../wgsl/kernelProgram.ts';
import { presentArrays } from '../../validate.ts';
import type { AttentionBackwardOptions } from '../options.ts';
import { chunkWidth } from './planPairs.ts';
import { wgsl as source } from './rowData.wgsl.ts';

/** Allocates the random state, and what the backward needs for each row and head. */
export function allocateRowData(gpu: Gpu, rows: number): GpuArray {
  return gpu.allocate('u32', 4 * (1 + rows), 'attention rows');
}

/** Records what the backward needs for each row, into an array that the caller releases. */
export function recordRowData(gpu: Gpu, options: AttentionBackwardOptions): GpuArray {
  const { output, gradOutput, logSumExp, dropout, totalTokens, numHeads, headSize } = options;
  const rowData = allocateRowData(gpu, totalTokens * numHeads);
  const width = chunkWidth(headSize);
  const { tokenKeys, state } = dropout?.random ?? {};
  gpu.dispatch({
    program: kernelProgram('attentionBackward rows', source, {
      access: elementAccess(gpu, { output, gradOutput }, {}, width),
      vec4: width === 4,
      dropout: dropout !== undefined,
    }),
    parameters: { integers: [numHeads, headSize / width, totalTokens] },
    reads: presentArrays({ output, gradOutput, logSumExp, tokenKeys, state }),
    writes: [rowData],
    workgroups: spreadWorkgroups(Math.ceil((totalTokens * numHeads) / 64)),
    work: { bytes: output.byteLength + gradOutput.byteLength },
  });
  return rowData;
}

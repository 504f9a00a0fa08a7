import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { presentArrays, requireSeparate } from '../validate.ts';
import { wgsl as gradKeyValueByRow } from './gradKeyValueByRow.wgsl.ts';
import { wgsl as gradKeyValueBySubgroup } from './gradKeyValueBySubgroup.wgsl.ts';
import { wgsl as gradKeyValuePadded } from './gradKeyValuePadded.wgsl.ts';
import { wgsl as gradKeyValueTiled } from './gradKeyValueTiled.wgsl.ts';
import { wgsl as gradQueryByRow } from './gradQueryByRow.wgsl.ts';
import { wgsl as gradQueryBySubgroup } from './gradQueryBySubgroup.wgsl.ts';
import { wgsl as gradQueryPadded } from './gradQueryPadded.wgsl.ts';
import { wgsl as gradQueryTiled } from './gradQueryTiled.wgsl.ts';
import { gradientsOf, inputsOf, matricesOf, recordOnCopies, requireAttention } from './arrays.ts';
import type { AttentionBackwardOptions } from './options.ts';
import { recordPairs } from './recordPairs.ts';
import { wgsl as rowDataSource } from './rowData.wgsl.ts';
import { chunkWidth } from './variants.ts';
import type { TilesByHeadSize } from './variants.ts';

const kernel = 'attentionBackward';
const ofQueries = {
  byRow: gradQueryByRow,
  bySubgroup: gradQueryBySubgroup,
  padded: gradQueryPadded,
  tiled: gradQueryTiled,
};
const ofKeys = {
  byRow: gradKeyValueByRow,
  bySubgroup: gradKeyValueBySubgroup,
  padded: gradKeyValuePadded,
  tiled: gradKeyValueTiled,
};
const tiles: TilesByHeadSize = [
  { tileRows: 16, tileKeys: 16 },
  { tileRows: 16, tileKeys: 8 },
  { tileRows: 8, tileKeys: 4 },
  { tileRows: 4, tileKeys: 2 },
];
/** A row of the tile holds at least the four keys that share a draw of dropout. */
const tilesOfQueries: TilesByHeadSize = [tiles[0], tiles[1], tiles[2], { tileRows: 2, tileKeys: 4 }];

/**
 * Records the gradients of `attention`. Probabilities are computed again from logSumExp; one kernel
 * goes over query rows for gradQuery, one over key rows for gradKey and gradValue, so that every
 * sum has one fixed order.
 *
 * @throws KernelArgumentError
 */
export function attentionBackward(gpu: Gpu, options: AttentionBackwardOptions): void {
  requireAttentionBackward(options);
  const { output, gradOutput, cuSeqlens } = options;
  const arrays = { ...inputsOf(options), output, gradOutput };
  const onCopies = (copies: object) => attentionBackward(gpu, { ...options, ...copies });
  if (recordOnCopies(gpu, options, arrays, gradientsOf(options), onCopies)) return;

  const rowData = recordRowData(gpu, options);
  const matrices = { ...matricesOf(options), gradOutput };
  const shared = { matrices, reads: { rowData, cuSeqlens }, qkv: options.qkv !== undefined };
  recordPairs(gpu, options, {
    ...shared,
    kernel: `${kernel} query`,
    pass: 'gradQuery',
    sources: ofQueries,
    tiles: { padded: tilesOfQueries, tiled: tiles },
    results: { gradQuery: options.gradQkv ?? options.gradQuery },
    products: 3,
  });
  recordPairs(gpu, options, {
    ...shared,
    kernel: `${kernel} key value`,
    pass: 'gradKeyValue',
    sources: ofKeys,
    tiles: { padded: tiles, tiled: tiles },
    results: options.gradQkv
      ? { gradKey: options.gradQkv }
      : { gradKey: options.gradKey, gradValue: options.gradValue },
    products: 4,
  });
  gpu.release(rowData);
}

function requireAttentionBackward(options: AttentionBackwardOptions): void {
  const { output, gradOutput, logSumExp, cuSeqlens } = options;
  const inputs = inputsOf(options);
  const gradients = gradientsOf(options);
  if ('qkv' in inputs !== 'gradQkv' in gradients)
    throw new KernelArgumentError(
      `${kernel}: gradients are laid out as what they belong to: qkv with gradQkv, query, key and value with theirs`,
    );
  requireAttention(kernel, options, { ...inputs, output, gradOutput, ...gradients }, logSumExp);
  requireSeparate(
    kernel,
    [...Object.values(inputs), output, gradOutput, logSumExp, cuSeqlens],
    Object.values(gradients),
  );
}

/** Records what the backward needs of each row, in an array that the caller releases. */
function recordRowData(gpu: Gpu, options: AttentionBackwardOptions): GpuArray {
  const { output, gradOutput, logSumExp, dropout, totalTokens, numHeads, headSize } = options;
  const rowData = gpu.allocate('u32', 4 * (1 + totalTokens * numHeads), 'attention rows');
  const width = chunkWidth(headSize);
  const { tokenKeys, state } = dropout?.random ?? {};
  gpu.dispatch({
    program: kernelProgram(`${kernel} rows`, rowDataSource, {
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

import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { requireSeparate } from '../arguments.ts';
import { wgsl as gradKeyValueByRow } from './gradKeyValueByRow.wgsl.ts';
import { wgsl as gradKeyValueBySubgroup } from './gradKeyValueBySubgroup.wgsl.ts';
import { wgsl as gradKeyValueTiled } from './gradKeyValueTiled.wgsl.ts';
import { wgsl as gradQueryByRow } from './gradQueryByRow.wgsl.ts';
import { wgsl as gradQueryBySubgroup } from './gradQueryBySubgroup.wgsl.ts';
import { wgsl as gradQueryTiled } from './gradQueryTiled.wgsl.ts';
import { wgsl as keysOfBackward } from './keysOfBackward.wgsl.ts';
import { wgsl as keysOfForward } from './keysOfForward.wgsl.ts';
import { wgsl as noKeys } from './noKeys.wgsl.ts';
import type { AttentionBackwardOptions } from './options.ts';
import { attentionProgram, chunkWidth, recordOnCopies, recordPairs, requireAttention } from './program.ts';
import { wgsl as rowDataSource } from './rowData.wgsl.ts';

const kernel = 'attentionBackward';
const tiles = [
  { tileRows: 16, tileKeys: 16 },
  { tileRows: 16, tileKeys: 8 },
  { tileRows: 8, tileKeys: 4 },
] as const;

/**
 * Records the gradients of `attention`. Probabilities are computed again from logSumExp; one kernel goes over query rows for gradQuery, one
 * over key rows for
 * gradKey and gradValue, so that every sum has one fixed order. Throws KernelArgumentError.
 */
export function attentionBackward(gpu: Gpu, options: AttentionBackwardOptions): void {
  const {
    query,
    key,
    value,
    output,
    gradOutput,
    logSumExp,
    gradQuery,
    gradKey,
    gradValue,
    cuSeqlens,
    dropout,
    totalTokens,
    numHeads,
    headSize,
  } = options;
  requireAttention(kernel, options, { query, key, value, output, gradOutput, gradQuery, gradKey, gradValue }, logSumExp);
  requireSeparate(kernel, [query, key, value, output, gradOutput, logSumExp, cuSeqlens], [gradQuery, gradKey, gradValue]);

  const gradients = { gradQuery, gradKey, gradValue };
  const onCopies = (copies: Readonly<Record<string, GpuArray>>) => attentionBackward(gpu, { ...options, ...copies });
  if (recordOnCopies(gpu, headSize, { query, key, value, output, gradOutput }, gradients, onCopies)) return;

  const rowData = gpu.allocate('u32', 4 * (1 + totalTokens * numHeads), 'attention rows');
  const ofRows = { output, gradOutput, logSumExp, ...(dropout && { tokenKeys: dropout.random.tokenKeys, random: dropout.random.state }) };
  gpu.dispatch({
    program: attentionProgram(gpu, {
      name: `${kernel} rows${dropout ? ' dropout' : ''}`,
      headSize,
      reads: ofRows,
      writes: { rowData },
      source: () => (dropout ? keysOfForward : noKeys) + rowDataSource,
    }),
    parameters: { integers: [numHeads, headSize / chunkWidth(headSize), totalTokens] },
    reads: Object.values(ofRows),
    writes: [rowData],
    workgroups: spreadWorkgroups(Math.ceil((totalTokens * numHeads) / 64)),
    work: { bytes: output.byteLength + gradOutput.byteLength },
  });
  const reads = { query, key, value, gradOutput, rowData, cuSeqlens };
  const ofQueries = { byRow: gradQueryByRow, bySubgroup: gradQueryBySubgroup, tiled: gradQueryTiled };
  recordPairs(
    gpu,
    options,
    { kernel: `${kernel} query`, sources: ofQueries, tiles, reads, writes: { gradQuery }, keys: keysOfBackward },
    3,
  );
  const ofKeys = { byRow: gradKeyValueByRow, bySubgroup: gradKeyValueBySubgroup, tiled: gradKeyValueTiled };
  recordPairs(
    gpu,
    options,
    { kernel: `${kernel} key value`, sources: ofKeys, tiles, reads, writes: { gradKey, gradValue }, keys: keysOfBackward },
    4,
  );
  gpu.release(rowData);
}

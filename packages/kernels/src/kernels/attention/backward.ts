import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { requireSeparate } from '../validate.ts';
import { wgsl as gradKeyValueByRow } from './gradKeyValueByRow.wgsl.ts';
import { wgsl as gradKeyValueBySubgroup } from './gradKeyValueBySubgroup.wgsl.ts';
import { wgsl as gradKeyValueTiled } from './gradKeyValueTiled.wgsl.ts';
import { wgsl as gradQueryByRow } from './gradQueryByRow.wgsl.ts';
import { wgsl as gradQueryBySubgroup } from './gradQueryBySubgroup.wgsl.ts';
import { wgsl as gradQueryTiled } from './gradQueryTiled.wgsl.ts';
import { wgsl as keysOfBackward } from './keysOfBackward.wgsl.ts';
import { wgsl as keysOfForward } from './keysOfForward.wgsl.ts';
import { wgsl as noKeys } from './noKeys.wgsl.ts';
import { gradientsOf, inputsOf, matricesOf } from './inputs.ts';
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
 * Records the gradients of `attention`. Probabilities are computed again from logSumExp; one kernel
 * goes over query rows for gradQuery, one over key rows for gradKey and gradValue, so that every
 * sum has one fixed order. Throws KernelArgumentError.
 */
export function attentionBackward(gpu: Gpu, options: AttentionBackwardOptions): void {
  const { output, gradOutput, logSumExp, cuSeqlens, dropout, totalTokens, numHeads, headSize } = options;
  const inputs = inputsOf(options);
  const gradients = gradientsOf(options);
  const qkv = 'qkv' in inputs;
  if (qkv !== 'gradQkv' in gradients)
    throw new KernelArgumentError(
      `${kernel}: gradients are laid out as what they belong to: qkv with gradQkv, query, key and value with theirs`,
    );
  requireAttention(kernel, options, { ...inputs, output, gradOutput, ...gradients }, logSumExp);
  requireSeparate(
    kernel,
    [...Object.values(inputs), output, gradOutput, logSumExp, cuSeqlens],
    Object.values(gradients),
  );

  const onCopies = (copies: Readonly<Record<string, GpuArray>>) => attentionBackward(gpu, { ...options, ...copies });
  if (recordOnCopies(gpu, headSize, { ...inputs, output, gradOutput }, gradients, onCopies)) return;

  const rowData = gpu.allocate('u32', 4 * (1 + totalTokens * numHeads), 'attention rows');
  const ofRows = {
    output,
    gradOutput,
    logSumExp,
    ...(dropout && { tokenKeys: dropout.random.tokenKeys, random: dropout.random.state }),
  };
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
  const { query, key, value } = matricesOf(options);
  const reads = { query, key, value, gradOutput, rowData, cuSeqlens };
  const ofQueries = { byRow: gradQueryByRow, bySubgroup: gradQueryBySubgroup, tiled: gradQueryTiled };
  recordPairs(
    gpu,
    options,
    {
      kernel: `${kernel} query`,
      sources: ofQueries,
      tiles,
      reads,
      writes: { gradQuery: options.gradQkv ?? options.gradQuery },
      keys: keysOfBackward,
      qkv,
    },
    3,
  );
  const ofKeys = { byRow: gradKeyValueByRow, bySubgroup: gradKeyValueBySubgroup, tiled: gradKeyValueTiled };
  // Two bindings may not write to one array: with qkv it is bound once.
  const writes: Readonly<Record<string, GpuArray>> = options.gradQkv
    ? { gradKey: options.gradQkv }
    : { gradKey: options.gradKey, gradValue: options.gradValue };
  const stores = ['Key', 'Value'].map((matrix) => {
    const array = qkv ? 'gradKey' : `grad${matrix}`;
    return `fn storeGrad${matrix}(row: u32, head: u32, chunk: u32, values: Values) { store(&${array}, ${matrix.toLowerCase()}Rows(), row, head, chunk, values); }\n`;
  });
  recordPairs(
    gpu,
    options,
    {
      kernel: `${kernel} key value`,
      sources: ofKeys,
      tiles,
      reads,
      writes,
      keys: keysOfBackward,
      qkv,
      stores: stores.join(''),
    },
    4,
  );
  gpu.release(rowData);
}

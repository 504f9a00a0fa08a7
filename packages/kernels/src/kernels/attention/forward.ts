import type { Gpu } from '../../gpu.ts';
import { requireSeparate } from '../validate.ts';
import { wgsl as byRow } from './forwardByRow.wgsl.ts';
import { wgsl as bySubgroup } from './forwardBySubgroup.wgsl.ts';
import { wgsl as tiled } from './forwardTiled.wgsl.ts';
import { wgsl as keys } from './keysOfForward.wgsl.ts';
import type { AttentionOptions } from './options.ts';
import { inputsOf, matricesOf } from './inputs.ts';
import { recordOnCopies, recordPairs, requireAttention } from './program.ts';

/**
 * Records output = dropout(softmax(scale * query . key^T)) . value for each head, every token
 * attending to all tokens of its own sequence: sequences lie one behind the other without padding.
 * Scores are never stored: keys are visited in blocks with a running maximum and sum in f32 (M.
 * Milakov, N. Gimelshein, arXiv:1805.02867; T. Dao et al., arXiv:2205.14135). Throws
 * KernelArgumentError.
 */
export function attention(gpu: Gpu, options: AttentionOptions): void {
  const { output, logSumExp, cuSeqlens, dropout } = options;
  const inputs = inputsOf(options);
  requireAttention('attention', options, { ...inputs, output }, logSumExp);
  if (recordOnCopies(gpu, options.headSize, inputs, { output }, (copies) => attention(gpu, { ...options, ...copies })))
    return;
  const { query, key, value } = matricesOf(options);
  const reads = {
    query,
    key,
    value,
    cuSeqlens,
    ...(dropout && { tokenKeys: dropout.random.tokenKeys, random: dropout.random.state }),
  };
  const writes = { output, logSumExp };
  requireSeparate('attention', Object.values(reads), Object.values(writes));
  const tiles = [
    { tileRows: 16, tileKeys: 32 },
    { tileRows: 16, tileKeys: 32 },
    { tileRows: 8, tileKeys: 16 },
  ] as const;
  recordPairs(
    gpu,
    options,
    {
      kernel: 'attention',
      sources: { byRow, bySubgroup, tiled },
      tiles,
      reads,
      writes,
      keys,
      qkv: options.qkv !== undefined,
    },
    2,
  );
}

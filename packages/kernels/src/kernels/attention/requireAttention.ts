import { KernelArgumentError } from '../../errors.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { requireDropout } from '../dropout/index.ts';
import { floatTypes, indexTypes, requireArray, requireExtents, singleTypes } from '../validate.ts';
import type { AttentionShape } from './options.ts';
import { largestHead } from './variants.ts';

const mostWorkgroups = 65535;

/**
 * Checks what forward and backward share. `matrices` are all of one type: `qkv` and `gradQkv`
 * [totalTokens, 3, numHeads * headSize], others [totalTokens, numHeads * headSize].
 */
export function requireAttention(
  kernel: string,
  options: AttentionShape,
  matrices: Readonly<Record<string, GpuArray>>,
  logSumExp: GpuArray,
): void {
  const { cuSeqlens, totalTokens, numSequences, maxSeqlen, numHeads, headSize, dropout } = options;
  requireExtents(kernel, { totalTokens, numSequences, maxSeqlen, numHeads, headSize });
  if (headSize < 1 || headSize > largestHead)
    throw new KernelArgumentError(`${kernel}: headSize is ${headSize}; it must be 1 to ${largestHead}`);
  if (numSequences > mostWorkgroups || numHeads > mostWorkgroups) {
    throw new KernelArgumentError(
      `${kernel}: ${numSequences} sequences of ${numHeads} heads; at most ${mostWorkgroups} of each are possible`,
    );
  }
  const elementType = Object.values(matrices)[0]?.elementType ?? 'f32';
  for (const name in matrices) {
    const matrix = matrices[name] as GpuArray;
    const shape = { totalTokens, ...(/qkv/i.test(name) && { matrices: 3 }), numHeads, headSize };
    requireArray(kernel, name, matrix, shape, floatTypes);
    requireArray(kernel, name, matrix, {}, [elementType]);
  }
  requireArray(kernel, 'logSumExp', logSumExp, { totalTokens, numHeads }, singleTypes);
  requireArray(kernel, 'cuSeqlens', cuSeqlens, { boundaries: numSequences + 1 }, indexTypes);
  if (dropout) requireDropout(kernel, dropout, totalTokens);
}

import type { Gpu } from '../../gpu.ts';
import { presentArrays, requireKernelOptions, requireSeparate } from '../validate.ts';
import { inputsOf, matricesOf, recordOnCopies, requireAttention } from './arrays.ts';
import { addedVariants } from './loading/addedVariants.ts';
import { flashKernels } from './loading/loadedVariants.ts';
import { attentionKinds } from './options.ts';
import type { AttentionOptions } from './options.ts';
import type { PairKernel } from './pairs/pairKernel.ts';
import { recordFlash, recordPairs } from './pairs/recordPairs.ts';
import { chosenVariant } from './variants.ts';

const kernel = 'attention';

/**
 * Records output = dropout(softmax(scale * query . key^T)) . value for each head; every token
 * attends to all tokens of its own sequence. Sequences lie one after the other without padding.
 * Scores are never stored: keys are visited in blocks with a running maximum and sum in f32 (M.
 * Milakov, N. Gimelshein, arXiv:1805.02867; T. Dao et al., arXiv:2205.14135).
 *
 * @throws KernelArgumentError
 */
export function attention(gpu: Gpu, options: AttentionOptions): void {
  requireKernelOptions(kernel, options, attentionKinds);
  const { output, logSumExp, cuSeqlens, dropout } = options;
  const inputs = inputsOf(options);
  requireAttention(kernel, options, { ...inputs, output }, logSumExp);
  const onCopies = (copies: object) => attention(gpu, { ...options, ...copies });
  if (recordOnCopies(gpu, options, inputs, { output }, onCopies)) return;
  const { tokenKeys, state } = dropout?.random ?? {};
  const matrices = matricesOf(options);
  const reads = { cuSeqlens, tokenKeys, state };
  requireSeparate(kernel, presentArrays({ ...matrices, ...reads }), [output, logSumExp]);
  const pairKernel: PairKernel = {
    kernel,
    pass: 'forward',
    matrices,
    reads,
    results: { output },
    writes: { logSumExp },
    qkv: options.qkv !== undefined,
    products: 2,
  };
  const variant = chosenVariant(gpu, kernel, options);
  if (variant === 'flash') {
    const { forwardTile, flashForward } = flashKernels();
    const tile = forwardTile(options.headSize, gpu.info.limits.maxComputeWorkgroupStorageSize);
    recordFlash(gpu, options, pairKernel, tile, flashForward);
  } else if (variant === 'flashMatrix') addedVariants.get(variant)?.record(gpu, options, pairKernel);
  else recordPairs(gpu, options, pairKernel, variant);
}

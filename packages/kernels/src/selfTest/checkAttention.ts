import type { Gpu } from '../gpu.ts';
import { attention, attentionBackward } from '../kernels/attention/index.ts';
import type { AttentionVariant } from '../kernels/attention/options.ts';
import { chosenVariant } from '../kernels/attention/variants.ts';
import type { GpuArray } from '../memory/gpuArray.ts';
import { checkInput } from './checkInput.ts';
import type { VariantCheck } from './variantCheck.ts';

const [numHeads, headSize] = [2, 64];
const boundaries = Uint32Array.of(0, 1, 12, 37);
const totalTokens = 37;
const length = totalTokens * numHeads * headSize;

/** Records forward and all gradients over sequences of 1, 11 and 25 tokens. */
export function checkAttention(gpu: Gpu): VariantCheck[] {
  const variant = chosenVariant(gpu, 'attention', { headSize });
  if (variant === 'byRow') return [];
  const run = (chosen: AttentionVariant): GpuArray[] => {
    const input = (seed: number) => checkInput(gpu, length, seed);
    const [query, key, value, gradOutput] = [input(1), input(2), input(3), input(4)];
    const cuSeqlens = gpu.upload(boundaries, 'u32', 'check');
    const make = (size = length) => gpu.allocate('f32', size, 'check');
    const shape = { cuSeqlens, totalTokens, numSequences: 3, maxSeqlen: 25, numHeads, headSize, variant: chosen };
    const forward = { query, key, value, output: make(), logSumExp: make(totalTokens * numHeads) };
    const gradients = { gradQuery: make(), gradKey: make(), gradValue: make() };
    attention(gpu, { ...forward, ...shape });
    attentionBackward(gpu, { ...forward, ...shape, ...gradients, gradOutput });
    for (const array of [query, key, value, gradOutput, cuSeqlens, forward.logSumExp]) gpu.release(array);
    return [forward.output, ...Object.values(gradients)];
  };
  const [actual, expected] = [run(variant), run('byRow')];
  return actual.map((array, index) => ({
    name: `attention ${variant}`,
    actual: array,
    expected: expected[index] as GpuArray,
    tolerance: 1e-4,
  }));
}

import type { Gpu } from '../gpu.ts';
import { attention, attentionBackward } from '../kernels/attention/index.ts';
import { attentionBackwardReference, attentionReference } from '../kernels/attention/reference.ts';
import { chosenVariant } from '../kernels/attention/variants.ts';
import { checkInput, uploadChecked } from './variantCheck.ts';
import type { VariantCheck } from './variantCheck.ts';

const numHeads = 2;
const boundaries = Uint32Array.of(0, 1, 12, 37);
const totalTokens = 37;
/** Tokens of a sequence whose gradients do not fit a workgroup's registers. */
const longLength = 512;
const [seed, update] = [3, 5];
const dropout = { probability: 0.1, site: 1 };
/** Sequence and position of each token. */
const tokenKeys = Uint32Array.from({ length: totalTokens }, (_, row) => {
  const sequence = boundaries.findLastIndex((first) => first <= row);
  return 65536 * sequence + row - (boundaries[sequence] as number);
});

/**
 * Records forward and all gradients over sequences of 1, 11 and 25 tokens, with dropout and with
 * queries, keys and values in one array: the programs that training has.
 */
export function checkAttention(gpu: Gpu): VariantCheck[] {
  // Software adapters take seconds to compile the kernels of each head size.
  return (gpu.profile.software ? [32] : [32, 64]).flatMap((headSize) => checkHeads(gpu, headSize));
}

function checkHeads(gpu: Gpu, headSize: number): VariantCheck[] {
  const variant = chosenVariant(gpu, 'attention', { headSize });
  if (variant === 'byRow') return [];
  const width = numHeads * headSize;
  const length = totalTokens * width;
  const input = (number: number) => checkInput(length, number);
  const [query, key, value, gradOutput] = [input(1), input(2), input(3), input(4)];
  const given = {
    qkv: uploadChecked(gpu, sideBySide([query, key, value], width)),
    cuSeqlens: gpu.upload(boundaries, 'u32', 'check'),
    totalTokens,
    numSequences: 3,
    maxSeqlen: 25,
    numHeads,
    headSize,
    variant,
    dropout: {
      ...dropout,
      random: {
        state: gpu.upload(Uint32Array.of(seed, update, 0, 0), 'u32', 'check'),
        tokenKeys: gpu.upload(tokenKeys, 'u32', 'check'),
      },
    },
    output: gpu.allocate('f32', length, 'check'),
    logSumExp: gpu.allocate('f32', totalTokens * numHeads, 'check'),
  };
  const gradOutputs = uploadChecked(gpu, gradOutput);
  attention(gpu, given);
  // Longer sequences use other programs, which compute the same.
  const lengths = variant === 'flash' && headSize === 64 ? [given.maxSeqlen, longLength] : [given.maxSeqlen];
  const gradients = lengths.map((maxSeqlen) => {
    const gradQkv = gpu.allocate('f32', 3 * length, 'check');
    attentionBackward(gpu, { ...given, maxSeqlen, gradOutput: gradOutputs, gradQkv });
    return gradQkv;
  });
  const { state, tokenKeys: keys } = given.dropout.random;
  for (const array of [given.qkv, given.cuSeqlens, given.logSumExp, state, keys, gradOutputs]) gpu.release(array);
  const reference = {
    query,
    key,
    value,
    cuSeqlens: boundaries,
    numHeads,
    headSize,
    dropout: { ...dropout, seed, update, tokenKeys },
  };
  const { gradQuery, gradKey, gradValue } = attentionBackwardReference({ ...reference, gradOutput });
  const check = { name: `attention ${variant}`, tolerance: 1e-4 };
  const expected = sideBySide([gradQuery, gradKey, gradValue], width);
  return [
    { ...check, actual: given.output, expected: attentionReference(reference).output },
    ...gradients.map((actual) => ({ ...check, actual, expected })),
  ];
}

/** The rows of three matrices side by side. */
function sideBySide(matrices: readonly ArrayLike<number>[], width: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 3 * totalTokens * width }, (_, index) => {
    const [row, column] = [Math.floor(index / (3 * width)), index % (3 * width)];
    return matrices[Math.floor(column / width)]?.[row * width + (column % width)] ?? NaN;
  });
}

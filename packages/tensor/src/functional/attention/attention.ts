import * as kernels from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import { operationResult } from '../../autograd/operation.ts';
import { number, optional, requireArgument, wholeNumber } from '@attune/validate';
import type { Kind } from '@attune/validate';
import type { Device } from '../../device.ts';
import { ShapeError, TensorError } from '../../errors.ts';
import { requireDevice } from '../../requireDevice.ts';
import { requireShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { requireFloats, requireGivenOptions, requireSameType } from '../checks.ts';
import { dropoutKind, kernelDropout } from '../dropout/dropoutOptions.ts';
import type { DropoutOptions } from '../dropout/dropoutOptions.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/**
 * Boundaries of the sequences of a batch, on the GPU. Shared by all attention layers of a forward
 * pass.
 */
export interface PackedSequences {
  /** u32 [sequences + 1]. */
  readonly cuSeqlens: GpuArray;
  /** Tokens of all sequences. */
  readonly totalTokens: number;
  /** Sequences in the batch. */
  readonly numSequences: number;
  /** Tokens of the longest. */
  readonly maxSeqlen: number;
}

const lengths: Kind = {
  what: 'a Uint32Array that begins with 0',
  holds: (value) => value instanceof Uint32Array && value[0] === 0,
};

/**
 * Uploads the cumulative lengths of sequences that are concatenated without padding.
 *
 * @param cuSeqlens u32: 0, the end of the first sequence, …, the end of the last
 * @throws ShapeError, TensorError
 */
export function packSequences(device: Device, cuSeqlens: Uint32Array): PackedSequences {
  requireAtMost('packSequences', 2, arguments);
  requireDevice('packSequences', device);
  requireArgument('packSequences', 'cuSeqlens', cuSeqlens, lengths, TensorError);
  const numSequences = cuSeqlens.length - 1;
  let maxSeqlen = 0;
  for (let index = 0; index < numSequences; index++) {
    const length = (cuSeqlens[index + 1] as number) - (cuSeqlens[index] as number);
    if (length < 0)
      throw new ShapeError(
        `packSequences: cumulative lengths must not decrease; number ${index + 1} is ${cuSeqlens[index + 1]} after ${cuSeqlens[index]}`,
      );
    maxSeqlen = Math.max(maxSeqlen, length);
  }
  return {
    cuSeqlens: device.upload(cuSeqlens, 'u32', 'cumulative lengths'),
    totalTokens: cuSeqlens[numSequences] ?? 0,
    numSequences,
    maxSeqlen,
  };
}

/** Options of `attention` and `attentionQkvPacked`. */
export interface AttentionOptions {
  /** Boundaries of the sequences of the batch. */
  readonly sequences: PackedSequences;
  /** Number of heads; a token's row holds them one after the other. */
  readonly numHeads: number;
  /** Factor of the scores. Default 1 / sqrt(head size). */
  readonly scale?: number | undefined;
  /** Dropout of the probabilities. Default: none. */
  readonly dropout?: DropoutOptions | undefined;
}

const sequencesKind: Kind = {
  what: 'what packSequences() returns',
  holds: (value) => (value as Partial<PackedSequences> | null)?.cuSeqlens instanceof kernels.GpuArray,
};

const optionKinds = {
  sequences: sequencesKind,
  numHeads: wholeNumber(1),
  scale: optional(number),
  dropout: optional(dropoutKind),
};

/**
 * Multi-head attention within each sequence of a packed batch: `dropout(softmax(query keyᵀ *
 * scale)) value`, head by head. Scores are not stored; the backward pass recomputes them. Dao et
 * al., "FlashAttention", 2022; `torch.nn.functional.scaled_dot_product_attention`. f32 or f16;
 * gradients flow to all three.
 *
 * @param query [tokens, heads * head size], as are key and value
 * @returns [tokens, heads * head size]
 * @throws ShapeError, TensorError
 */
export function attention(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions): Tensor {
  requireAtMost('attention', 4, arguments);
  requireFloats('attention', 'query', query);
  requireSameType('attention', 'key', key, query);
  requireSameType('attention', 'value', value, query);
  requireGivenOptions('attention', options, optionKinds);
  requireArgument('attention', 'sequences', options.sequences, sequencesKind, TensorError);
  const { totalTokens } = options.sequences;
  const width = query.shape[1] ?? 0;
  for (const [name, tensor] of Object.entries({ query, key, value }))
    requireShape('attention', name, tensor.shape, [totalTokens, width]);
  return attend([query, key, value], width, options);
}

/**
 * `attention` for queries, keys and values that lie side by side in one tensor, as `fusedLinear`
 * computes them. f32 or f16; the gradient flows to it.
 *
 * @param qkv [tokens, 3 * heads * head size]: the query, the key and the value of each token
 * @returns [tokens, heads * head size]
 * @throws ShapeError, TensorError
 */
export function attentionQkvPacked(qkv: Tensor, options: AttentionOptions): Tensor {
  requireAtMost('attentionQkvPacked', 2, arguments);
  requireFloats('attention', 'qkv', qkv);
  requireGivenOptions('attention', options, optionKinds);
  requireArgument('attention', 'sequences', options.sequences, sequencesKind, TensorError);
  const { totalTokens } = options.sequences;
  const width = Math.floor((qkv.shape[1] ?? 0) / 3);
  requireShape('attention', 'qkv', qkv.shape, [totalTokens, 3 * width]);
  return attend([qkv], width, options);
}

/** Attention over three matrices of `width` columns, or one that holds them side by side. */
function attend(inputs: readonly [Tensor, ...Tensor[]], width: number, options: AttentionOptions): Tensor {
  const { sequences } = options;
  const [first] = inputs;
  const { device } = first;
  const { shared, output } = forward(inputs, width, options);
  return operationResult({
    operation,
    inputs,
    array: output,
    shape: [sequences.totalTokens, width],
    saved: [shared.logSumExp],
    backward(gradients) {
      const grads = inputs.map((input) =>
        device.allocate(input.array.elementType, input.array.length, 'gradient of attention'),
      );
      const [gradQkv, gradKey, gradValue] = grads as [GpuArray, ...GpuArray[]];
      const named = gradKey && gradValue ? { gradQuery: gradQkv, gradKey, gradValue } : { gradQkv };
      const read = matrices(inputs.map((input) => gradients.read(input)));
      kernels.attentionBackward(device, { ...shared, ...read, ...named, output, gradOutput: gradients.output });
      for (const [index, input] of inputs.entries()) {
        if (input.requiresGrad) gradients.give(input, grads[index] as GpuArray);
        else device.release(grads[index] as GpuArray);
      }
    },
  });
}

const operation = 'attention';

function forward(inputs: readonly [Tensor, ...Tensor[]], width: number, options: AttentionOptions) {
  const { sequences, numHeads } = options;
  const [first] = inputs;
  const { device } = first;
  if (!(width > 0) || width % numHeads !== 0)
    throw new ShapeError(`${operation}: ${numHeads} heads do not divide ${width}, the columns of the query`);
  const dropout = kernelDropout(options.dropout);
  const capacity = first.array.length / (first.shape[1] ?? 1);
  const output = device.allocate(first.array.elementType, capacity * width, operation);
  const logSumExp = device.allocate('f32', capacity * numHeads, 'log of the sum of exponentials');
  const shared = {
    logSumExp,
    ...sequences,
    numHeads,
    headSize: width / numHeads,
    ...(options.scale !== undefined && { scale: options.scale }),
    ...(dropout && { dropout }),
  };
  kernels.attention(device, { ...shared, ...matrices(inputs.map(({ array }) => array)), output });
  return { shared, output };
}

/** What the kernels call three matrices, or one that has them side by side. */
function matrices(arrays: readonly GpuArray[]) {
  const [first, key, value] = arrays as readonly [GpuArray, ...GpuArray[]];
  return key && value ? { query: first, key, value } : { qkv: first };
}

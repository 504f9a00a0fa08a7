import * as kernels from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import { operationResult } from '../autograd/operationResult.ts';
import type { Device } from '../device.ts';
import { ShapeError } from '../errors.ts';
import { requireShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { kernelDropout } from './random.ts';
import type { DropoutOptions } from './random.ts';

/**
 * Where the sequences of a batch begin and end, on the GPU. Shared by all attention layers of a
 * forward pass.
 */
export interface PackedSequences {
  /** u32 [sequences + 1]. */
  readonly cuSeqlens: GpuArray;
  readonly totalTokens: number;
  readonly numSequences: number;
  readonly maxSeqlen: number;
}

/**
 * Uploads the cumulative lengths of sequences that lie one after the other, without padding.
 *
 * @param cuSeqlens 0, the end of the first sequence, …, the end of the last
 */
export function packSequences(device: Device, cuSeqlens: Uint32Array): PackedSequences {
  const numSequences = cuSeqlens.length - 1;
  let maxSeqlen = 0;
  for (let index = 0; index < numSequences; index++) {
    const length = (cuSeqlens[index + 1] as number) - (cuSeqlens[index] as number);
    if (length < 0)
      throw new ShapeError(
        `packSequences: cumulative lengths must not fall; number ${index + 1} is ${cuSeqlens[index + 1]} after ${cuSeqlens[index]}`,
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

export interface AttentionOptions {
  readonly sequences: PackedSequences;
  readonly numHeads: number;
  /** Multiplies the scores. Default 1 / sqrt(head size). */
  readonly scale?: number;
  /** Dropout of the probabilities. */
  readonly dropout?: DropoutOptions | undefined;
}

/**
 * Multi-head attention within each sequence of a packed batch: `dropout(softmax(query keyᵀ *
 * scale)) value`, head by head. No scores are stored; the backward pass computes them again. Dao et
 * al., "FlashAttention", 2022; `torch.nn.functional.scaled_dot_product_attention`.
 *
 * @param query [tokens, heads * head size], as are key and value
 * @returns [tokens, heads * head size]
 * @throws ShapeError
 */
export function attention(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions): Tensor {
  const { totalTokens } = options.sequences;
  const width = query.shape[1] ?? 0;
  for (const [name, tensor] of Object.entries({ query, key, value }))
    requireShape('attention', name, tensor.shape, [totalTokens, width]);
  return attend([query, key, value], width, options);
}

/**
 * The same for queries, keys and values that stand side by side in one tensor, as `fusedLinear`
 * computes them.
 *
 * @param qkv [tokens, 3 * heads * head size]: of each token the query, the key and the value
 * @returns [tokens, heads * head size]
 * @throws ShapeError
 */
export function attentionQkvPacked(qkv: Tensor, options: AttentionOptions): Tensor {
  const { totalTokens } = options.sequences;
  const width = Math.floor((qkv.shape[1] ?? 0) / 3);
  requireShape('attention', 'qkv', qkv.shape, [totalTokens, 3 * width]);
  return attend([qkv], width, options);
}

/** Attention over three matrices of `width` columns, or one that has them side by side. */
function attend(inputs: readonly Tensor[], width: number, options: AttentionOptions): Tensor {
  const operation = 'attention';
  const { sequences, numHeads } = options;
  const [first, key, value] = inputs as [Tensor, ...Tensor[]];
  const { device, dtype } = first;
  if (width % numHeads !== 0)
    throw new ShapeError(`${operation}: ${numHeads} heads do not divide ${width}, the columns of the query`);
  const dropout = kernelDropout(options.dropout);
  const capacity = first.array.length / (first.shape[1] ?? 1);
  const array = device.allocate(dtype, capacity * width, operation);
  const logSumExp = device.allocate('f32', capacity * numHeads, 'log of the sum of exponentials');
  const matrices = key && value ? { query: first.array, key: key.array, value: value.array } : { qkv: first.array };
  const shared = {
    ...matrices,
    logSumExp,
    ...sequences,
    numHeads,
    headSize: width / numHeads,
    ...(options.scale !== undefined && { scale: options.scale }),
    ...(dropout && { dropout }),
  };
  kernels.attention(device, { ...shared, output: array });
  return operationResult({
    operation,
    inputs,
    array,
    shape: [sequences.totalTokens, width],
    backward(gradients) {
      const grads = inputs.map((input) => device.allocate(input.dtype, input.array.length, 'gradient of attention'));
      const [gradQkv, gradKey, gradValue] = grads as [GpuArray, ...GpuArray[]];
      const named = gradKey && gradValue ? { gradQuery: gradQkv, gradKey, gradValue } : { gradQkv };
      kernels.attentionBackward(device, { ...shared, ...named, output: array, gradOutput: gradients.output });
      device.release(logSumExp);
      for (const [index, input] of inputs.entries()) {
        if (input.requiresGrad) gradients.give(input, grads[index] as GpuArray);
        else device.release(grads[index] as GpuArray);
      }
    },
  });
}

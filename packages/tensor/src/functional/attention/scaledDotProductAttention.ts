import { flag, instanceOf, number, optional } from '@attune/validate';
import { ShapeError, TensorError } from '../../errors.ts';
import { formatShape, shapesEqual } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { add } from '../elementwise/binary.ts';
import { gt } from '../elementwise/comparisons.ts';
import { any } from '../reductions/reductions.ts';
import { broadcastShapes } from '../broadcasting.ts';
import { requireFloats, requireGivenOptions, requireSameType, requireTensor } from '../checks.ts';
import { dropout } from '../dropout/dropout.ts';
import { matmul } from '../products/matmul.ts';
import { transpose } from '../movement/movement.ts';
import { dropoutKind } from '../dropout/dropoutOptions.ts';
import type { DropoutOptions } from '../dropout/dropoutOptions.ts';
import { softmax } from '../normalisation/softmax.ts';
import { scale } from '../elementwise/unary.ts';
import { where } from '../elementwise/where.ts';
import type { DType } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Floats, FloatsLike } from '../operands.ts';
import { subsequentMask } from './subsequentMask.ts';

/** Options of `scaledDotProductAttention`. */
export interface ScaledDotProductAttentionOptions {
  /**
   * bool, true where a query attends to a key; or numbers that are added to the scores. Broadcasts
   * to [..., queries, keys]. Default: every query attends to every key.
   */
  readonly mask?: Tensor | undefined;
  /** Whether query i attends only to keys up to i. Not together with `mask`. Default false. */
  readonly isCausal?: boolean | undefined;
  /** Factor of the scores. Default 1 / sqrt(width). */
  readonly scale?: number | undefined;
  /**
   * Dropout of the probabilities; its random key has a token key for each row of them. Default:
   * none.
   */
  readonly dropout?: DropoutOptions | undefined;
}

const maskKind = instanceOf(Tensor, 'a Tensor of bool or numbers');
const kinds = {
  mask: optional(maskKind),
  isCausal: optional(flag),
  scale: optional(number),
  dropout: optional(dropoutKind),
};

/**
 * `dropout(softmax(query keyᵀ * scale + mask)) value` over the last two dimensions; the dimensions
 * before them are a batch and broadcast. All scores are stored, unlike in `attention` for packed
 * batches. A query that attends to no key gets 0. As
 * `torch.nn.functional.scaled_dot_product_attention`. f32 or f16, all of one type; gradients flow
 * to all, and to a mask of numbers.
 *
 * @param query [..., queries, width]
 * @param key [..., keys, width]
 * @param value [..., keys, columns]
 * @returns [..., queries, columns]
 * @throws ShapeError, TensorError
 */
export function scaledDotProductAttention<D extends DType, K extends DType, V extends DType>(
  query: Floats<D>,
  key: FloatsLike<D, K>,
  value: FloatsLike<D, V>,
  options: ScaledDotProductAttentionOptions = {},
): Tensor<D> {
  requireAtMost('scaledDotProductAttention', 4, arguments, kinds);
  const operation = 'scaledDotProductAttention';
  requireFloats(operation, 'query', query);
  requireSameType(operation, 'key', key, query);
  requireSameType(operation, 'value', value, query);
  requireGivenOptions(operation, options, kinds);
  const { mask, isCausal = false } = options;
  if (mask && isCausal) throw new TensorError(`${operation}: mask and isCausal exclude each other`);
  const shapes = [query, key, value].map(({ shape }) => shape);
  const width = query.shape.at(-1);
  if (shapes.some((shape) => shape.length < 2) || key.shape.at(-1) !== width || key.shape.at(-2) !== value.shape.at(-2))
    throw new ShapeError(
      `${operation}: query ${formatShape(query.shape)}, key ${formatShape(key.shape)} and value ${formatShape(value.shape)} do not fit; expected [..., queries, width], [..., keys, width] and [..., keys, columns]`,
    );
  const factor = options.scale ?? 1 / Math.sqrt(Math.max(1, width ?? 1));
  if (mask) requireMask(operation, mask, query, key);
  const scores: Tensor = scale<DType>(matmul<DType, DType>(query, transpose<DType>(key, -1, -2)), factor);
  const [queries = 0, keys = 0] = scores.shape.slice(-2);
  const probabilities: Tensor = isCausal
    ? softmax(where(subsequentMask(operation, queries, keys, query.device), -Infinity, scores))
    : mask
      ? maskedSoftmax(scores, mask)
      : softmax(scores);
  const kept = options.dropout ? dropout(probabilities, options.dropout) : probabilities;
  return matmul<DType, DType>(kept, value) as Tensor<D>;
}

function requireMask(operation: string, mask: Tensor, query: Tensor, key: Tensor): void {
  requireTensor(operation, 'mask', mask);
  if (mask.dtype !== 'bool' && mask.dtype !== query.dtype)
    throw new TensorError(`${operation}: mask must be of bool or of ${query.dtype}, as query; it is of ${mask.dtype}`);
  const batch = broadcastShapes(operation, { query: query.shape.slice(0, -2), key: key.shape.slice(0, -2) });
  const scores = [...batch, query.shape.at(-2) as number, key.shape.at(-2) as number];
  const whole = broadcastShapes(operation, { scores, mask: mask.shape });
  if (!shapesEqual(whole.slice(-2), scores.slice(-2)))
    throw new ShapeError(
      `${operation}: mask has the shape ${formatShape(mask.shape)}; it must broadcast to the scores, ${formatShape(scores)}`,
    );
}

/** Softmax over the keys that the mask allows; zeros, without a gradient, where it allows none. */
function maskedSoftmax(scores: Tensor, mask: Tensor): Tensor {
  const isBool = mask.dtype === 'bool';
  const sees = any(isBool ? mask : gt(mask, -Infinity), -1, { keepDim: true });
  const masked = isBool ? where(mask, scores, -Infinity) : add(scores, mask);
  return where(sees, softmax(where(sees, masked, 0)), 0);
}

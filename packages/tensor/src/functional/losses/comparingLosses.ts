import { flag, number, numberAtLeast, oneOf, optional } from '@attune/validate';
import type { Kind } from '@attune/validate';
import type { Tensor } from '../../tensor.ts';
import { readAxis } from '../axes.ts';
import { add, div, minimum, mul, sub } from '../elementwise/binary.ts';
import { inSinglePrecision } from '../elementwise/castFloats.ts';
import { eq, lt, ne } from '../elementwise/comparisons.ts';
import { broadcastShapes, requirePairs } from '../broadcasting.ts';
import { requireFloats, requireGivenOptions } from '../checks.ts';
import { lossReductionKinds, reduceLosses } from './lossReduction.ts';
import type { Reduced } from './lossReduction.ts';
import { expand } from '../movement/movement.ts';
import { norm } from '../reductions/norm.ts';
import { sum } from '../reductions/reductions.ts';
import { abs, clamp, exp, log, neg, scale, sqrt, square } from '../elementwise/unary.ts';
import { where } from '../elementwise/where.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Floats } from '../operands.ts';
import type { DType } from '../../dtypes.ts';

type Single = Tensor<'f32'>;

/**
 * Checks float tensors on one device that broadcast, and options of these kinds.
 *
 * @returns the tensors in f32, in which losses are computed
 */
function readTensors(
  operation: string,
  tensors: Readonly<Record<string, Tensor>>,
  options: unknown,
  kinds: Readonly<Record<string, Kind>>,
): Tensor<'f32'>[] {
  const { input, target } = tensors;
  const given = Object.entries(tensors);
  const first = given[0]?.[1];
  for (const [name, tensor] of given) requireFloats(operation, name, tensor, first);
  requireGivenOptions(operation, options, kinds);
  if (input && target) requirePairs(operation, input.shape, target.shape);
  else broadcastShapes(operation, Object.fromEntries(given.map(([name, { shape }]) => [name, shape])));
  return given.map(([, tensor]) => inSinglePrecision(tensor));
}

/**
 * `|input - target|`; the tensors broadcast to the shape of one of them. As
 * `torch.nn.functional.l1_loss`. f32 or f16, computed in f32; gradients flow to
 * both, 0 where they are equal.
 *
 * @throws ShapeError, TensorError
 */
export function l1Loss<D extends DType, T extends DType>(
  input: Floats<D>,
  target: Floats<T>,
  options: Reduced = {},
): Tensor<'f32'> {
  requireAtMost('l1Loss', 3, arguments, lossReductionKinds);
  const [x, y] = readTensors('l1Loss', { input, target }, options, lossReductionKinds) as [Single, Single];
  return reduceLosses(abs(sub(x, y)), options);
}

/** Options of `smoothL1Loss`. */
export interface SmoothL1LossOptions extends Reduced {
  /** Below this distance the loss is a parabola; 0 gives `l1Loss`. Default 1. */
  readonly beta?: number | undefined;
}

const smoothKinds = { ...lossReductionKinds, beta: optional(numberAtLeast(0)) };

/**
 * With d = |input - target|: `d² / (2 beta)` where d < beta, else `d - beta / 2`; the tensors
 * broadcast to the shape of one of them. As `torch.nn.functional.smooth_l1_loss`. f32 or f16,
 * computed in f32; gradients flow to both.
 *
 * @throws ShapeError, TensorError
 */
export function smoothL1Loss<D extends DType, T extends DType>(
  input: Floats<D>,
  target: Floats<T>,
  options: SmoothL1LossOptions = {},
): Tensor<'f32'> {
  requireAtMost('smoothL1Loss', 3, arguments, smoothKinds);
  const [x, y] = readTensors('smoothL1Loss', { input, target }, options, smoothKinds) as [Single, Single];
  const { beta = 1 } = options;
  const distance = abs(sub(x, y));
  if (beta === 0) return reduceLosses(distance, options);
  const near = scale(square(clamp(distance, { max: beta })), 0.5 / beta);
  return reduceLosses(where(lt(distance, beta), near, sub(distance, beta / 2)), options);
}

/** Options of `huberLoss`. */
export interface HuberLossOptions extends Reduced {
  /** Above this distance the loss is a line. Default 1. */
  readonly delta?: number | undefined;
}

const aboveZero: Kind = { what: 'a number above 0', holds: (value) => Number.isFinite(value) && (value as number) > 0 };
const huberKinds = { ...lossReductionKinds, delta: optional(aboveZero) };

/**
 * With d = |input - target|: `d² / 2` where d < delta, else `delta (d - delta / 2)`; the tensors
 * broadcast to the shape of one of them. As `torch.nn.functional.huber_loss`. f32 or f16, computed
 * in f32; gradients flow to both.
 *
 * @throws ShapeError, TensorError
 */
export function huberLoss<D extends DType, T extends DType>(
  input: Floats<D>,
  target: Floats<T>,
  options: HuberLossOptions = {},
): Tensor<'f32'> {
  requireAtMost('huberLoss', 3, arguments, huberKinds);
  const [x, y] = readTensors('huberLoss', { input, target }, options, huberKinds) as [Single, Single];
  const { delta = 1 } = options;
  const distance = abs(sub(x, y));
  const far = scale(sub(distance, delta / 2), delta);
  const near = scale(square(clamp(distance, { max: delta })), 0.5);
  return reduceLosses(where(lt(distance, delta), near, far), options);
}

/** Options of `klDivLoss`. */
export interface KlDivLossOptions {
  /**
   * As for other losses; `batchmean` divides the sum by the first extent of `input`. Default
   * `mean`.
   */
  readonly reduction?: 'mean' | 'sum' | 'none' | 'batchmean' | undefined;
  /** Whether the target holds log-probabilities too. Default false. */
  readonly logTarget?: boolean | undefined;
}

const klKinds = { reduction: optional(oneOf('mean', 'sum', 'none', 'batchmean')), logTarget: optional(flag) };

/**
 * Kullback-Leibler divergence of log-probabilities: `target (log target - input)`, 0 where the
 * target is 0; the tensors broadcast to the shape of one of them. As `torch.nn.functional.kl_div`.
 * f32 or f16, computed in f32; gradients flow to both.
 *
 * @throws ShapeError, TensorError
 */
export function klDivLoss<D extends DType, T extends DType>(
  input: Floats<D>,
  target: Floats<T>,
  options: KlDivLossOptions = {},
): Tensor<'f32'> {
  requireAtMost('klDivLoss', 3, arguments, klKinds);
  const [x, y] = readTensors('klDivLoss', { input, target }, options, klKinds) as [Single, Single];
  const { reduction = 'mean', logTarget = false } = options;
  const losses = logTarget ? mul(exp(y), sub(y, x)) : sub(mul(y, log(where(ne(y, 0), y, 1))), mul(y, x));
  if (reduction === 'batchmean') return scale(sum(losses), 1 / (x.shape[0] ?? 1));
  return reduceLosses(losses, { reduction });
}

/** Options of `cosineSimilarity`. */
export interface CosineSimilarityOptions {
  /** The dimension that is reduced. Default 1. */
  readonly dim?: number | undefined;
  /** Lower bound of the lengths. Default 1e-8. */
  readonly eps?: number | undefined;
}

const cosineKinds = { dim: optional(number), eps: optional(numberAtLeast(0)) };

/**
 * `Σ (a / max(|a|, eps)) (b / max(|b|, eps))` along a dimension; the tensors broadcast. As
 * `torch.nn.functional.cosine_similarity`. f32 or f16, computed in f32; gradients flow to both.
 *
 * @throws ShapeError, TensorError
 */
export function cosineSimilarity<D extends DType, E extends DType>(
  a: Floats<D>,
  b: Floats<E>,
  options: CosineSimilarityOptions = {},
): Tensor<'f32'> {
  requireAtMost('cosineSimilarity', 3, arguments, cosineKinds);
  const [left, right] = readTensors('cosineSimilarity', { a, b }, options, cosineKinds) as [Single, Single];
  const { dim = 1, eps = 1e-8 } = options;
  const shape = broadcastShapes('cosineSimilarity', { a: a.shape, b: b.shape });
  const axis = readAxis('cosineSimilarity', 'dim', dim, shape);
  const [x, y] = [expand(left, shape), expand(right, shape)];
  return sum(mul(div(x, lengthOf(x, axis, eps)), div(y, lengthOf(y, axis, eps))), axis);
}

/** The length, at least eps; the gradient ignores that bound, as in PyTorch. */
function lengthOf(input: Single, dim: number, eps: number): Single {
  const length = norm(input, dim, { keepDim: true });
  return where(lt(length, eps), add(length, sub(eps, length).detach()), length);
}

/** Options of `cosineEmbeddingLoss` and `marginRankingLoss`. */
export interface MarginLossOptions extends Reduced {
  /** Default 0. */
  readonly margin?: number | undefined;
}

const marginKinds = { ...lossReductionKinds, margin: optional(number) };

/**
 * `1 - cos(a, b)` for rows that belong together (target 1), else `max(0, cos(a, b) - margin)`
 * (target -1). As `torch.nn.functional.cosine_embedding_loss`. f32 or f16, computed in f32;
 * gradients flow to a and b.
 *
 * @param a [rows, columns], or [columns]
 * @param b the same
 * @param target [rows], of 1 and -1
 * @throws ShapeError, TensorError
 */
export function cosineEmbeddingLoss<D extends DType, E extends DType, T extends DType>(
  a: Floats<D>,
  b: Floats<E>,
  target: Floats<T>,
  options: MarginLossOptions = {},
): Tensor<'f32'> {
  requireAtMost('cosineEmbeddingLoss', 4, arguments, marginKinds);
  const operation = 'cosineEmbeddingLoss';
  const [x, y] = readTensors(operation, { a, b }, options, marginKinds) as [Single, Single];
  requireFloats(operation, 'target', target, a);
  const lengths = mul(add(sum(square(x), -1), 1e-12), add(sum(square(y), -1), 1e-12));
  const cosine = div(sum(mul(x, y), -1), sqrt(lengths));
  broadcastShapes(operation, { 'the cosines of a and b': cosine.shape, target: target.shape });
  const apart = clamp(sub(cosine, options.margin ?? 0), { min: 0 });
  return reduceLosses(where(eq(target, 1), sub(1, cosine), where(eq(target, -1), apart, 0)), options);
}

/**
 * `max(0, -target (a - b) + margin)`: a should be greater than b where the target is 1, and less
 * where it is -1; the tensors broadcast. As `torch.nn.functional.margin_ranking_loss`. f32 or f16,
 * computed in f32; gradients flow to all.
 *
 * @throws ShapeError, TensorError
 */
export function marginRankingLoss<D extends DType, E extends DType, T extends DType>(
  a: Floats<D>,
  b: Floats<E>,
  target: Floats<T>,
  options: MarginLossOptions = {},
): Tensor<'f32'> {
  requireAtMost('marginRankingLoss', 4, arguments, marginKinds);
  const given = readTensors('marginRankingLoss', { a, b, target }, options, marginKinds);
  const [x, y, sign] = given as [Single, Single, Single];
  const wrong = add(mul(neg(sign), sub(x, y)), options.margin ?? 0);
  return reduceLosses(clamp(wrong, { min: 0 }), options);
}

/** Options of `tripletMarginLoss`. */
export interface TripletMarginLossOptions extends Reduced {
  /** Default 1. */
  readonly margin?: number | undefined;
  /** Exponent of the distance. Default 2. */
  readonly p?: number | undefined;
  /** Added to each difference. Default 1e-6. */
  readonly eps?: number | undefined;
  /**
   * Whether the distance of the negative is the smaller one of those to anchor and positive.
   * Default false.
   */
  readonly swap?: boolean | undefined;
}

const tripletKinds = { ...marginKinds, p: optional(aboveZero), eps: optional(number), swap: optional(flag) };

/**
 * `max(0, |anchor - positive| - |anchor - negative| + margin)` over the last dimension. As
 * `torch.nn.functional.triplet_margin_loss`. f32 or f16, computed in f32; gradients flow to all.
 *
 * @param anchor [..., columns], as are the others
 * @throws ShapeError, TensorError
 */
export function tripletMarginLoss<D extends DType, E extends DType, T extends DType>(
  anchor: Floats<D>,
  positive: Floats<E>,
  negative: Floats<T>,
  options: TripletMarginLossOptions = {},
): Tensor<'f32'> {
  requireAtMost('tripletMarginLoss', 4, arguments, tripletKinds);
  const given = readTensors('tripletMarginLoss', { anchor, positive, negative }, options, tripletKinds);
  const [center, near, far] = given as [Single, Single, Single];
  const { margin = 1, p = 2, eps = 1e-6, swap = false } = options;
  const distance = (a: Single, b: Single) => norm(add(sub(a, b), eps), -1, { p });
  const toFar = distance(center, far);
  const apart = swap ? minimum(toFar, distance(near, far)) : toFar;
  return reduceLosses(clamp(add(sub(distance(center, near), apart), margin), { min: 0 }), options);
}

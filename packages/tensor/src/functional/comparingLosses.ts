import { flag, number, numberAtLeast, oneOf, optional } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { ShapeError } from '../errors.ts';
import { formatShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { add, div, eq, lt, maximum, minimum, mul, ne, sub } from './binary.ts';
import { requireFloats, requireGivenOptions } from './checks.ts';
import { finish, reduced } from './lossReduction.ts';
import type { Reduced } from './lossReduction.ts';
import { norm, sum } from './reductions.ts';
import { abs, clamp, exp, log, neg, scale, sqrt, square } from './unary.ts';
import { where } from './where.ts';

/** Tensors of floats on one device, and options of these kinds. */
function requireLoss(
  operation: string,
  tensors: Readonly<Record<string, Tensor>>,
  options: unknown,
  kinds: Readonly<Record<string, Kind>>,
): void {
  const first = Object.values(tensors)[0];
  for (const name in tensors) requireFloats(operation, name, tensors[name] as Tensor, first);
  requireGivenOptions(operation, options, kinds);
}

/**
 * `|input - target|`; the tensors broadcast. As `torch.nn.functional.l1_loss`.
 *
 * @throws ShapeError, TensorError
 */
export function l1Loss(input: Tensor, target: Tensor, options: Reduced = {}): Tensor {
  requireLoss('l1Loss', { input, target }, options, reduced);
  return finish(abs(sub(input, target)), options);
}

/** Options of `smoothL1Loss`. */
export interface SmoothL1LossOptions extends Reduced {
  /** Below this distance the loss is a parabola; 0 gives `l1Loss`. Default 1. */
  readonly beta?: number;
}

const smoothKinds = { ...reduced, beta: optional(numberAtLeast(0)) };

/**
 * With d = |input - target|: `d² / (2 beta)` where d < beta, else `d - beta / 2`; the tensors
 * broadcast. As `torch.nn.functional.smooth_l1_loss`.
 *
 * @throws ShapeError, TensorError
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  requireLoss('smoothL1Loss', { input, target }, options, smoothKinds);
  const { beta = 1 } = options;
  const distance = abs(sub(input, target));
  if (beta === 0) return finish(distance, options);
  const near = scale(square(distance), 0.5 / beta);
  return finish(where(lt(distance, beta), near, sub(distance, beta / 2)), options);
}

/** Options of `huberLoss`. */
export interface HuberLossOptions extends Reduced {
  /** Above this distance the loss is a line. Default 1. */
  readonly delta?: number;
}

const positive: Kind = { what: 'a number above 0', holds: (value) => Number.isFinite(value) && (value as number) > 0 };
const huberKinds = { ...reduced, delta: optional(positive) };

/**
 * With d = |input - target|: `d² / 2` where d < delta, else `delta (d - delta / 2)`; the tensors
 * broadcast. As `torch.nn.functional.huber_loss`.
 *
 * @throws ShapeError, TensorError
 */
export function huberLoss(input: Tensor, target: Tensor, options: HuberLossOptions = {}): Tensor {
  requireLoss('huberLoss', { input, target }, options, huberKinds);
  const { delta = 1 } = options;
  const distance = abs(sub(input, target));
  const far = scale(sub(distance, delta / 2), delta);
  return finish(where(lt(distance, delta), scale(square(distance), 0.5), far), options);
}

/** Options of `klDivLoss`. */
export interface KlDivLossOptions {
  /** As of other losses; `batchmean` divides the sum by the first extent. Default `mean`. */
  readonly reduction?: 'mean' | 'sum' | 'none' | 'batchmean';
  /** Whether the target is logarithms too. Default false. */
  readonly logTarget?: boolean;
}

const klKinds = { reduction: optional(oneOf('mean', 'sum', 'none', 'batchmean')), logTarget: optional(flag) };

/**
 * Kullback-Leibler divergence of logarithms of probabilities: `target (log target - input)`, 0 where
 * the target is 0; the tensors broadcast. As `torch.nn.functional.kl_div`.
 *
 * @throws ShapeError, TensorError
 */
export function klDivLoss(input: Tensor, target: Tensor, options: KlDivLossOptions = {}): Tensor {
  requireLoss('klDivLoss', { input, target }, options, klKinds);
  const { reduction = 'mean', logTarget = false } = options;
  const losses = logTarget
    ? mul(exp(target), sub(target, input))
    : mul(target, sub(log(where(ne(target, 0), target, 1)), input));
  if (reduction === 'batchmean') return scale(sum(losses), 1 / (losses.shape[0] ?? 1));
  return finish(losses, { reduction });
}

/** Options of `cosineSimilarity`. */
export interface CosineSimilarityOptions {
  /** The dimension that goes. Default 1. */
  readonly dim?: number;
  /** The least that a length counts for. Default 1e-8. */
  readonly eps?: number;
}

const cosineKinds = { dim: optional(number), eps: optional(numberAtLeast(0)) };

/**
 * `Σ a b / (max(|a|, eps) max(|b|, eps))` along a dimension; the tensors broadcast. As
 * `torch.nn.functional.cosine_similarity`.
 *
 * @throws ShapeError, TensorError
 */
export function cosineSimilarity(a: Tensor, b: Tensor, options: CosineSimilarityOptions = {}): Tensor {
  requireLoss('cosineSimilarity', { a, b }, options, cosineKinds);
  const { dim = 1, eps = 1e-8 } = options;
  if (a.shape.length !== b.shape.length)
    throw new ShapeError(
      `cosineSimilarity: a has the shape ${formatShape(a.shape)} and b ${formatShape(b.shape)}; both must have as many dimensions`,
    );
  const lengths = mul(lengthOf(a, dim, eps), lengthOf(b, dim, eps));
  return div(sum(mul(a, b), dim), lengths);
}

/** At least eps; the gradient is that of the length all the same, as in PyTorch. */
function lengthOf(input: Tensor, dim: number, eps: number): Tensor {
  const length = norm(input, dim);
  return add(length, sub(maximum(length, eps), length).detach());
}

/** Options of `cosineEmbeddingLoss` and `marginRankingLoss`. */
export interface MarginLossOptions extends Reduced {
  /** Default 0. */
  readonly margin?: number;
}

const marginKinds = { ...reduced, margin: optional(number) };

/**
 * Of rows that belong together (target 1) `1 - cos(a, b)`, of others (target -1) `max(0, cos(a, b) -
 * margin)`. As `torch.nn.functional.cosine_embedding_loss`.
 *
 * @param a, b [rows, columns], or [columns]
 * @param target [rows], of 1 and -1
 * @throws ShapeError, TensorError
 */
export function cosineEmbeddingLoss(a: Tensor, b: Tensor, target: Tensor, options: MarginLossOptions = {}): Tensor {
  requireLoss('cosineEmbeddingLoss', { a, b, target }, options, marginKinds);
  const lengths = mul(add(sum(square(a), -1), 1e-12), add(sum(square(b), -1), 1e-12));
  const cosine = div(sum(mul(a, b), -1), sqrt(lengths));
  const apart = clamp(sub(cosine, options.margin ?? 0), { min: 0 });
  return finish(where(eq(target, 1), sub(1, cosine), where(eq(target, -1), apart, 0)), options);
}

/**
 * `max(0, -target (a - b) + margin)`: a shall be greater than b where the target is 1, and less where
 * it is -1; the tensors broadcast. As `torch.nn.functional.margin_ranking_loss`.
 *
 * @throws ShapeError, TensorError
 */
export function marginRankingLoss(a: Tensor, b: Tensor, target: Tensor, options: MarginLossOptions = {}): Tensor {
  requireLoss('marginRankingLoss', { a, b, target }, options, marginKinds);
  const wrong = add(mul(neg(target), sub(a, b)), options.margin ?? 0);
  return finish(clamp(wrong, { min: 0 }), options);
}

/** Options of `tripletMarginLoss`. */
export interface TripletMarginLossOptions extends Reduced {
  /** Default 1. */
  readonly margin?: number;
  /** Exponent of the distance. Default 2. */
  readonly p?: number;
  /** Added to each difference. Default 1e-6. */
  readonly eps?: number;
  /** Whether the negative's distance is the lesser of those to anchor and positive. Default false. */
  readonly swap?: boolean;
}

const tripletKinds = { ...marginKinds, p: optional(positive), eps: optional(number), swap: optional(flag) };

/**
 * `max(0, |anchor - positive| - |anchor - negative| + margin)` over the last dimension. As
 * `torch.nn.functional.triplet_margin_loss`.
 *
 * @param anchor [..., columns], as are the others
 * @throws ShapeError, TensorError
 */
export function tripletMarginLoss(
  anchor: Tensor,
  near: Tensor,
  far: Tensor,
  options: TripletMarginLossOptions = {},
): Tensor {
  requireLoss('tripletMarginLoss', { anchor, positive: near, negative: far }, options, tripletKinds);
  const { margin = 1, p = 2, eps = 1e-6, swap = false } = options;
  const distance = (a: Tensor, b: Tensor) => norm(add(sub(a, b), eps), -1, { p });
  const toFar = distance(anchor, far);
  const apart = swap ? minimum(toFar, distance(near, far)) : toFar;
  return finish(clamp(add(sub(distance(anchor, near), apart), margin), { min: 0 }), options);
}

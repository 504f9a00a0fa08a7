import { arrayOf, instanceOf, number, oneOfKinds, optional, requireArgument, wholeNumber } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { ShapeError, TensorError } from '../errors.ts';
import { formatShape, requireShape, shapesEqual } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import { add, div, eq, logicalAnd, mul, ne } from './binary.ts';
import { cast } from './cast.ts';
import { requireFloats, requireGivenOptions } from './checks.ts';
import { tensor } from './create.ts';
import { fusedCrossEntropy } from './fusedLosses.ts';
import { factorOf, finishBy, inSinglePrecision, lossKinds, requireOneReduction } from './lossReduction.ts';
import type { LossOptions } from './lossReduction.ts';
import { reshape, unsqueeze } from './movement.ts';
import { any, sum } from './reductions.ts';
import { arange } from './sequences.ts';
import { logSoftmax } from './softmax.ts';
import { logicalNot, neg, scale } from './unary.ts';
import { where } from './where.ts';

/** Options of `nllLoss`. */
export interface NllLossOptions extends LossOptions {
  /** For each class, what its rows count; their mean is by the sum of these. Default: 1 each. */
  readonly weight?: Tensor | Float32Array | readonly number[];
  /** Class of rows that count for nothing. Default -100. */
  readonly ignoreIndex?: number;
}

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** Part of the target that is spread evenly over all classes, 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
}

const weightsKind = oneOfKinds(
  'a number for each class, in a Tensor, a Float32Array or an array',
  instanceOf(Tensor),
  instanceOf(Float32Array),
  arrayOf(number, 'numbers'),
);
const nllKinds = {
  ...lossKinds,
  weight: optional(weightsKind),
  ignoreIndex: optional(wholeNumber(-(2 ** 31), 2 ** 31 - 1)),
};
const part: Kind = {
  what: 'a number from 0 to 1',
  holds: (value) => typeof value === 'number' && value >= 0 && value <= 1,
};
const crossEntropyKinds = { ...nllKinds, labelSmoothing: optional(part) };
const targetKind = oneOfKinds(
  'an Int32Array or a Tensor with a class for each row, or a Tensor of probabilities',
  instanceOf(Int32Array),
  instanceOf(Tensor),
);

/**
 * Cross-entropy of logits: `-log softmax(input)[class]` of each row, mean over those whose class is
 * not `ignoreIndex`; or of probabilities p, `-Σ p log softmax(input)`. As
 * `torch.nn.functional.cross_entropy`, of whose label smoothing transformers' is one; computed in
 * f32, in one kernel with its gradient for classes of an `Int32Array` without class weights.
 * Gradients flow to the logits, and to probabilities.
 *
 * @param input [rows, classes], [classes], or [rows, classes, ...]; f32 or f16
 * @param target classes, of the shape of `input` without its classes: in an Int32Array, which is
 *   checked, or a Tensor of i32 or u32, where a class out of range gives NaN; or probabilities, f32
 *   or f16 of the shape of `input`
 * @returns f32: a scalar, 0 when no row is kept; the losses of the rows by `reduction: 'none'`
 * @throws ShapeError, and TensorError for a label that is no class
 */
export function crossEntropy(input: Tensor, target: Int32Array | Tensor, options: CrossEntropyOptions = {}): Tensor {
  const operation = 'crossEntropy';
  requireFloats(operation, 'input', input);
  requireArgument(operation, 'target', target, targetKind, TensorError);
  requireGivenOptions(operation, options, crossEntropyKinds);
  requireOneReduction(operation, options);
  const { weight, labelSmoothing = 0, ignoreIndex = -100 } = options;
  const logits = inSinglePrecision(input);
  if (target instanceof Tensor && (target.dtype === 'f32' || target.dtype === 'f16'))
    return ofProbabilities(logits, target, options);
  const count = requireClasses(operation, logits, target, ignoreIndex);
  if (target instanceof Int32Array && logits.shape.length === 2 && weight === undefined) {
    const factor = factorOf(options, count);
    if (factor !== null) return fusedCrossEntropy(logits, { values: target, factor }, { labelSmoothing, ignoreIndex });
  }
  return likelihood(operation, logSoftmax(logits, classDim(logits)), target, options);
}

/**
 * Negative log-likelihood: `-input[class]` of each row of logarithms of probabilities, such as
 * `logSoftmax` gives, mean over those whose class is not `ignoreIndex`. As
 * `torch.nn.functional.nll_loss`; computed in f32.
 *
 * @param input [rows, classes], [classes], or [rows, classes, ...]; f32 or f16
 * @param target classes, of the shape of `input` without its classes: in an Int32Array, which is
 *   checked, or a Tensor of i32 or u32, where a class out of range gives NaN
 * @returns f32: a scalar, 0 when no row is kept; the losses of the rows by `reduction: 'none'`
 * @throws ShapeError, and TensorError for a label that is no class
 */
export function nllLoss(input: Tensor, target: Int32Array | Tensor, options: NllLossOptions = {}): Tensor {
  const operation = 'nllLoss';
  requireFloats(operation, 'input', input);
  requireArgument(operation, 'target', target, targetKind, TensorError);
  requireGivenOptions(operation, options, nllKinds);
  requireOneReduction(operation, options);
  const logarithms = inSinglePrecision(input);
  requireClasses(operation, logarithms, target, options.ignoreIndex ?? -100);
  return likelihood(operation, logarithms, target, options);
}

/** Classes lie along dimension 1, or along the only one. */
const classDim = ({ shape }: Tensor): number => Math.min(1, shape.length - 1);

/** @returns how many rows are kept, where the classes are known here */
function requireClasses(operation: string, input: Tensor, target: Int32Array | Tensor, ignoreIndex: number): number {
  const { shape } = input;
  if (shape.length === 0)
    throw new ShapeError(
      `${operation}: input is a scalar; expected [rows, classes], [classes] or [rows, classes, ...]`,
    );
  const dim = classDim(input);
  const classes = shape[dim] as number;
  const rows = shape.toSpliced(dim, 1);
  if (target instanceof Tensor) {
    if (target.dtype !== 'i32' && target.dtype !== 'u32')
      throw new TensorError(`${operation}: target must hold classes of i32 or u32; it is of ${target.dtype}`);
    if (target.device !== input.device)
      throw new TensorError(`${operation}: target lives on another device than input; make all with one device`);
    if (!shapesEqual(target.shape, rows))
      throw new ShapeError(
        `${operation}: input has the shape ${formatShape(shape)} and target ${formatShape(target.shape)}; expected a class for each row, ${formatShape(rows)}`,
      );
    return target.size;
  }
  if (target.length * classes !== input.size || (classes === 0 && target.length > 0))
    throw new ShapeError(
      `${operation}: input has the shape ${formatShape(shape)} and there are ${target.length} classes in target; expected one for each row, ${formatShape(rows)}`,
    );
  let kept = 0;
  for (let row = 0; row < target.length; row++) {
    const label = target[row] as number;
    if (label === ignoreIndex) continue;
    if (label < 0 || label >= classes)
      throw new TensorError(
        `${operation}: the label of row ${row} is ${label}; with ${classes} classes it must be 0 to ${classes - 1}, or ${ignoreIndex} for none`,
      );
    kept += 1;
  }
  return kept;
}

/** The weights of classes, of a shape that broadcasts along them. */
function weightsAlong(operation: string, input: Tensor, weight: NonNullable<NllLossOptions['weight']>): Tensor {
  const dim = classDim(input);
  const given = weight instanceof Tensor ? weight : tensor(Float32Array.from(weight), { device: input.device });
  requireFloats(operation, 'weight', given, input);
  requireShape(operation, `weight (input is ${formatShape(input.shape)})`, given.shape, [input.shape[dim] as number]);
  const behind = input.shape.slice(dim + 1).map(() => 1);
  return reshape(inSinglePrecision(given), [given.size, ...behind]);
}

/** The losses of logarithms [rows, classes, ...] by masks that are true at each row's class. */
function likelihood(
  operation: string,
  input: Tensor,
  target: Int32Array | Tensor,
  options: CrossEntropyOptions,
): Tensor {
  const { weight, labelSmoothing = 0, ignoreIndex = -100, reduction = 'mean' } = options;
  const { device } = input;
  const dim = classDim(input);
  const classes = input.shape[dim] as number;
  const rows =
    target instanceof Tensor ? cast(target, 'i32') : tensor(target, { shape: input.shape.toSpliced(dim, 1), device });
  const numbers = reshape(arange(0, classes, 1, { device }), [classes, ...input.shape.slice(dim + 1).map(() => 1)]);
  const counts = ne(rows, ignoreIndex);
  const mask = logicalAnd(eq(unsqueeze(rows, dim), numbers), unsqueeze(counts, dim));
  const weights = weight === undefined ? null : weightsAlong(operation, input, weight);
  const weighted = weights ? mul(input, weights) : input;
  let losses = scale(sum(where(mask, weighted, 0), dim), labelSmoothing - 1);
  if (labelSmoothing > 0) {
    const smooth = where(counts, neg(sum(weighted, dim)), 0);
    losses = add(losses, scale(smooth, labelSmoothing / classes));
  }
  // A class out of range is no class: its loss is no number.
  if (target instanceof Tensor) losses = where(logicalAnd(counts, logicalNot(any(mask, dim))), NaN, losses);
  if (options.factor !== undefined || reduction !== 'mean') return finishBy(losses, options, 1);
  const kept = weights ? sum(where(mask, weights, 0)) : sum(cast(counts, 'f32'));
  return div(sum(losses), where(eq(kept, 0), 1, kept));
}

/** The losses of logits [rows, classes, ...] beside probabilities of the same shape. */
function ofProbabilities(logits: Tensor, target: Tensor, options: CrossEntropyOptions): Tensor {
  const operation = 'crossEntropy';
  const { weight, labelSmoothing = 0 } = options;
  if (logits.shape.length === 0) requireClasses(operation, logits, target, 0);
  requireFloats(operation, 'target', target, logits);
  requireShape(operation, `target of probabilities (or of classes in i32)`, target.shape, logits.shape);
  if (options.ignoreIndex !== undefined)
    throw new TensorError(`${operation}: ignoreIndex is for classes; target is of probabilities`);
  const dim = classDim(logits);
  const classes = logits.shape[dim] as number;
  const given = inSinglePrecision(target);
  const smoothed = labelSmoothing > 0 ? add(scale(given, 1 - labelSmoothing), labelSmoothing / classes) : given;
  const logarithms = logSoftmax(logits, dim);
  const weighted = weight === undefined ? logarithms : mul(logarithms, weightsAlong(operation, logits, weight));
  const losses = neg(sum(mul(smoothed, weighted), dim));
  return finishBy(losses, options, losses.size);
}

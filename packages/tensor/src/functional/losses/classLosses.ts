import * as kernels from '@attune/kernels';
import {
  anyNumber,
  arrayOf,
  fraction,
  instanceOf,
  number,
  oneOfKinds,
  optional,
  requireArgument,
  wholeNumber,
} from '@attune/validate';
import { needsGraph, operationResult } from '../../autograd/operation.ts';
import { ShapeError, TensorError } from '../../errors.ts';
import { formatShape, requireShape, shapesEqual } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { around } from '../axes.ts';
import { inSinglePrecision } from '../elementwise/castFloats.ts';
import { requireDeviceOf, requireFloats, requireGivenOptions, requireTensor } from '../checks.ts';
import { tensor } from '../creation/create.ts';
import { fusedCrossEntropy } from './fusedLosses.ts';
import { factorOf, lossKinds, requireOneReduction, withFactor } from './lossReduction.ts';
import type { LossOptions } from './lossReduction.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Floats, Integers } from '../operands.ts';
import { isFloat } from '../../dtypes.ts';
import type { DType } from '../../dtypes.ts';

/** Options of `nllLoss`. */
export interface NllLossOptions extends LossOptions {
  /**
   * Weight of each class; the mean is weighted by it. No gradient flows to it. Default: 1 for each.
   * A plain number is the older name of `factor`.
   */
  readonly weight?: Tensor | Float32Array | readonly number[] | number | undefined;
  /** Class of rows that are ignored. Default -100. */
  readonly ignoreIndex?: number | undefined;
}

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** Part of the target that is spread evenly over all classes, from 0 to 1. Default 0. */
  readonly labelSmoothing?: number | undefined;
}

const weightsKind = oneOfKinds(
  'a number for each class, in a Tensor, a Float32Array or an array',
  instanceOf(Tensor),
  instanceOf(Float32Array),
  arrayOf(number, 'numbers'),
  anyNumber,
);
const nllKinds = {
  ...lossKinds,
  weight: optional(weightsKind),
  ignoreIndex: optional(wholeNumber(-(2 ** 31), 2 ** 31 - 1)),
};
const crossEntropyKinds = { ...nllKinds, labelSmoothing: optional(fraction) };
const targetKind = oneOfKinds(
  'an Int32Array or a Tensor with a class for each row, or a Tensor of probabilities',
  instanceOf(Int32Array),
  instanceOf(Tensor),
);

/**
 * Cross-entropy of logits: the mean of `-log softmax(input)[class]` over rows whose class is not
 * `ignoreIndex`; or, for target probabilities p, of `-Σ p log softmax(input)`. As
 * `torch.nn.functional.cross_entropy`, whose label smoothing is that of transformers too. Computed
 * in f32; for classes in an `Int32Array` without class weights, loss and gradient are one kernel.
 * Gradients flow to the logits, and to target probabilities.
 *
 * @param input [rows, classes], [classes], or [rows, classes, ...]; f32 or f16
 * @param target classes, of the shape of `input` without its classes: in an Int32Array, which is
 *   checked, or a Tensor of i32 or u32, where a class out of range gives NaN; or probabilities, f32
 *   or f16 of the shape of `input`
 * @returns f32: a scalar, 0 when no row is kept; the losses of the rows by `reduction: 'none'`
 * @throws ShapeError, and TensorError for a label that is not a class
 */
export function crossEntropy<D extends DType>(
  input: Floats<D>,
  target: Int32Array | Tensor,
  givenOptions: CrossEntropyOptions = {},
): Tensor<'f32'> {
  requireAtMost('crossEntropy', 3, arguments, crossEntropyKinds);
  const operation = 'crossEntropy';
  requireFloats(operation, 'input', input);
  requireArgument(operation, 'target', target, targetKind, TensorError);
  requireGivenOptions(operation, givenOptions, crossEntropyKinds);
  const options = withFactor(operation, givenOptions);
  requireOneReduction(operation, options);
  const { weight, labelSmoothing = 0, ignoreIndex = -100 } = options;
  const logits = inSinglePrecision(input);
  if (target instanceof Tensor && isFloat(target.dtype)) return ofProbabilities(logits, target, options);
  const count = countKept(operation, logits, target, ignoreIndex);
  if (target instanceof Int32Array && logits.shape.length === 2 && weight === undefined) {
    const factor = factorOf(options, count);
    if (factor !== null) return fusedCrossEntropy(logits, { values: target, factor }, { labelSmoothing, ignoreIndex });
  }
  return classLoss(operation, logits, options, { target: classesOf(logits, target), isLogits: true, isByLabel: true });
}

/**
 * Negative log-likelihood: the mean of `-input[class]` over rows of log-probabilities, as from
 * `logSoftmax`, whose class is not `ignoreIndex`. As `torch.nn.functional.nll_loss`; computed in
 * f32. The gradient flows to `input`.
 *
 * @param input [rows, classes], [classes], or [rows, classes, ...]; f32 or f16
 * @param target classes, of the shape of `input` without its classes: in an Int32Array, which is
 *   checked, or a Tensor of i32 or u32, where a class out of range gives NaN
 * @returns f32: a scalar, 0 when no row is kept; the losses of the rows by `reduction: 'none'`
 * @throws ShapeError, and TensorError for a label that is not a class
 */
export function nllLoss<D extends DType, I extends DType>(
  input: Floats<D>,
  target: Int32Array | Integers<I>,
  givenOptions: NllLossOptions = {},
): Tensor<'f32'> {
  requireAtMost('nllLoss', 3, arguments, nllKinds);
  const operation = 'nllLoss';
  requireFloats(operation, 'input', input);
  requireArgument(operation, 'target', target, targetKind, TensorError);
  requireGivenOptions(operation, givenOptions, nllKinds);
  const options = withFactor(operation, givenOptions);
  requireOneReduction(operation, options);
  const logarithms = inSinglePrecision(input);
  countKept(operation, logarithms, target, options.ignoreIndex ?? -100);
  const classes = classesOf(logarithms, target);
  return classLoss(operation, logarithms, options, { target: classes, isLogits: false, isByLabel: true });
}

/** Classes lie along dimension 1, or along the only one. */
const classDim = ({ shape }: Tensor): number => Math.min(1, shape.length - 1);

/** Checks the classes. @returns how many rows are kept, where the classes are on the host */
function countKept(operation: string, input: Tensor, target: Int32Array | Tensor, ignoreIndex: number): number {
  const { shape } = input;
  if (shape.length === 0)
    throw new ShapeError(
      `${operation}: input is a scalar; expected [rows, classes], [classes] or [rows, classes, ...]`,
    );
  const dim = classDim(input);
  const classes = shape[dim] as number;
  const rows = shape.toSpliced(dim, 1);
  if (target instanceof Tensor) {
    requireTensor(operation, 'target', target);
    if (target.dtype !== 'i32' && target.dtype !== 'u32')
      throw new TensorError(`${operation}: target must hold classes of i32 or u32; it is of ${target.dtype}`);
    requireDeviceOf(operation, 'target', target, input);
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

/** The weights of classes on the device; null for none. */
function weightsOf(operation: string, input: Tensor, { weight }: NllLossOptions): Tensor | null {
  if (weight === undefined || typeof weight === 'number') return null;
  const given = weight instanceof Tensor ? weight : tensor(Float32Array.from(weight), { device: input.device });
  requireFloats(operation, 'weight', given, input);
  if (needsGraph([given]))
    throw new TensorError(
      `${operation}: weight requires a gradient but cannot get one, as in PyTorch; use weight.detach()`,
    );
  const classes = input.shape[classDim(input)] as number;
  requireShape(operation, `weight (input is ${formatShape(input.shape)})`, given.shape, [classes]);
  return inSinglePrecision(given);
}

interface ClassTarget {
  /** Classes on the device, or probabilities. */
  readonly target: Tensor;
  readonly isLogits: boolean;
  readonly isByLabel: boolean;
}

/** The reduced losses of f32 [rows, classes, ...], by the kernels of `classLoss`. */
function classLoss(operation: string, input: Tensor, options: CrossEntropyOptions, given: ClassTarget): Tensor<'f32'> {
  const { device, shape } = input;
  const { target, isLogits, isByLabel } = given;
  const { labelSmoothing = 0, ignoreIndex = -100, reduction = 'mean' } = options;
  const weights = weightsOf(operation, input, options);
  const { outer, length: classes, inner } = around(shape, classDim(input));
  const rows = outer * inner;
  const common = {
    input: input.array,
    isLogits,
    target: target.array,
    classWeights: weights?.array,
    outer,
    classes,
    inner,
    labelSmoothing,
    ignoreIndex,
  };
  const losses = device.allocate('f32', Math.max(1, rows), operation);
  const facts = device.allocate('f32', Math.max(4, 4 * rows), `${operation}: rows`);
  kernels.classLoss(device, { ...common, losses, facts });
  const isWhole = options.factor === undefined && reduction === 'none';
  const loss = isWhole ? losses : device.allocate('f32', 1, operation);
  const scale = isWhole ? undefined : device.allocate('f32', 1, `${operation}: scale`);
  if (scale) {
    const factor = options.factor ?? (reduction === 'sum' ? 1 : 'mean');
    kernels.classLossTotal(device, { losses, facts, rows, factor, loss, scale });
    device.release(losses);
  }
  return operationResult({
    operation,
    inputs: [input, target],
    array: loss,
    shape: isWhole ? shape.toSpliced(classDim(input), 1) : [],
    saved: [facts, scale],
    backward(gradients) {
      const slopes = {
        ...common,
        input: gradients.read(input),
        target: gradients.read(target),
        classWeights: weights ? gradients.read(weights) : undefined,
        facts,
        scale,
        gradOutput: gradients.output,
      };
      gradients.add(input, (gradient) => kernels.classLossBackward(device, { ...slopes, gradient }));
      if (!isByLabel)
        gradients.add(target, (gradient) =>
          kernels.classLossBackward(device, { ...slopes, gradient, ofProbabilities: true }),
        );
    },
  });
}

/** Classes on the device, of the shape of the input without its classes. */
function classesOf(input: Tensor, target: Int32Array | Tensor): Tensor {
  if (target instanceof Tensor) return target;
  const { shape, device } = input;
  return tensor(target, { shape: shape.toSpliced(classDim(input), 1), device });
}

/** The losses of logits [rows, classes, ...] with target probabilities of the same shape. */
function ofProbabilities(logits: Tensor, given: Tensor, options: CrossEntropyOptions): Tensor<'f32'> {
  const operation = 'crossEntropy';
  if (logits.shape.length === 0) countKept(operation, logits, given, 0);
  requireFloats(operation, 'target', given, logits);
  requireShape(operation, `target of probabilities (or of classes in i32)`, given.shape, logits.shape);
  if (options.ignoreIndex !== undefined)
    throw new TensorError(`${operation}: ignoreIndex is for classes; target is of probabilities`);
  const target = inSinglePrecision(given);
  return classLoss(operation, logits, options, { target, isLogits: true, isByLabel: false });
}

import { anyNumber, instanceOf, oneOfKinds, optional, requireArgument } from '@attune/validate';
import { ShapeError, TensorError } from '../../errors.ts';
import { formatShape, requireShape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { add, mul, sub } from '../elementwise/binary.ts';
import { inSinglePrecision } from '../elementwise/castFloats.ts';
import { broadcastShapes, requirePairs } from '../broadcasting.ts';
import { requireFloats, requireGivenOptions } from '../checks.ts';
import { tensor } from '../creation/create.ts';
import { fusedBinaryCrossEntropy, fusedSquaredError } from './fusedLosses.ts';
import { factorOf, lossKinds, plainLossKinds, reduceLosses, requireOneReduction, withFactor } from './lossReduction.ts';
import type { LossOptions, PlainLossOptions } from './lossReduction.ts';
import { neg, square } from '../elementwise/unary.ts';
import { softplus } from '../elementwise/activations.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Floats } from '../operands.ts';
import type { DType } from '../../dtypes.ts';

const targetKind = oneOfKinds(
  'a Float32Array with a number for each element, or a Tensor',
  instanceOf(Float32Array),
  instanceOf(Tensor),
);

function requireTarget(operation: string, input: Tensor, target: Float32Array | Tensor, options: LossOptions): void {
  requireOneReduction(operation, options);
  requireArgument(operation, 'target', target, targetKind, TensorError);
  if (target instanceof Tensor) return requireFloats(operation, 'target', target, input);
  if (target.length !== input.size)
    throw new ShapeError(
      `${operation}: input has the shape ${formatShape(input.shape)} and there are ${target.length} numbers in target; expected one for each of its ${input.size} elements`,
    );
}

/**
 * The mean of `(input - target)²`, by default; tensors broadcast to the shape of one of them, and
 * gradients flow to both. As `torch.nn.functional.mse_loss`. Computed in f32; for a target in a
 * `Float32Array`, loss and gradient are one kernel.
 *
 * @param input f32 or f16, of any shape
 * @param target as many numbers, or a Tensor of f32 or f16
 * @returns f32: a scalar, or the losses of the elements by `reduction: 'none'`
 * @throws ShapeError, TensorError
 */
export function mseLoss<D extends DType, T extends DType>(
  input: Floats<D>,
  target: Float32Array | Floats<T>,
  given: PlainLossOptions = {},
): Tensor<'f32'> {
  requireAtMost('mseLoss', 3, arguments, plainLossKinds);
  requireFloats('mseLoss', 'input', input);
  requireGivenOptions('mseLoss', given, plainLossKinds);
  const options = withFactor('mseLoss', given);
  requireTarget('mseLoss', input, target, options);
  const predictions = inSinglePrecision(input);
  const factor = factorOf(options, input.size);
  if (target instanceof Float32Array && factor !== null && input.size > 0)
    return fusedSquaredError(predictions, { values: target, factor });
  const wanted = onDevice(target, predictions);
  requirePairs('mseLoss', predictions.shape, wanted.shape);
  return reduceLosses(square(sub(predictions, wanted)), options);
}

/** A target as a tensor beside the input. */
function onDevice(target: Float32Array | Tensor, { shape, device }: Tensor): Tensor<'f32'> {
  return target instanceof Tensor ? inSinglePrecision(target) : tensor(target, { shape, device });
}

/** Options of `bceWithLogits`. */
export interface BceWithLogitsOptions extends LossOptions {
  /**
   * Weight of each element's loss; broadcasts. Default: 1. A plain number is the older name of
   * `factor`.
   */
  readonly weight?: Tensor | number | undefined;
  /** Weight of positive targets, such as one for each column; broadcasts. Default: 1. */
  readonly posWeight?: Tensor | undefined;
}

const bceKinds = {
  ...lossKinds,
  weight: optional(oneOfKinds('a Tensor', instanceOf(Tensor), anyNumber)),
  posWeight: optional(instanceOf(Tensor)),
};

/**
 * Binary cross-entropy of logits x and targets t: `-posWeight t log σ(x) - (1 - t) log(1 - σ(x))`,
 * times `weight`, their mean by default. As `torch.nn.functional.binary_cross_entropy_with_logits`;
 * computed in f32, in one kernel with its gradient for a `Float32Array` without weights. Gradients
 * flow to the logits, and to targets that are tensors.
 *
 * @param input f32 or f16, of any shape
 * @param target as many numbers from 0 to 1, or a Tensor of f32 or f16 of the same shape
 * @returns f32: a scalar, or the losses of the elements by `reduction: 'none'`
 * @throws ShapeError, TensorError
 */
export function bceWithLogits<D extends DType, T extends DType>(
  input: Floats<D>,
  target: Float32Array | Floats<T>,
  given: BceWithLogitsOptions = {},
): Tensor<'f32'> {
  requireAtMost('bceWithLogits', 3, arguments, bceKinds);
  const operation = 'bceWithLogits';
  requireFloats(operation, 'input', input);
  requireGivenOptions(operation, given, bceKinds);
  const options = withFactor(operation, given);
  requireTarget(operation, input, target, options);
  const { weight, posWeight } = options;
  const logits = inSinglePrecision(input);
  const factor = factorOf(options, input.size);
  if (target instanceof Float32Array && factor !== null && input.size > 0 && !weight && !posWeight)
    return fusedBinaryCrossEntropy(logits, { values: target, factor });
  const wanted = onDevice(target, logits);
  requireShape(operation, `target (input is ${formatShape(input.shape)})`, wanted.shape, input.shape);
  for (const [name, weights] of Object.entries({ weight, posWeight }))
    if (weights) {
      requireFloats(operation, name, weights, input);
      broadcastShapes(operation, { input: input.shape, [name]: weights.shape });
    }
  const near = softplus(neg(logits));
  const positive = posWeight ? mul(near, add(mul(sub(inSinglePrecision(posWeight), 1), wanted), 1)) : near;
  const elements = add(mul(sub(1, wanted), logits), positive);
  const losses = weight ? mul(elements, inSinglePrecision(weight)) : elements;
  return reduceLosses(losses, options);
}

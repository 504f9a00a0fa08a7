import * as kernels from '@attune/kernels';
import { gemm } from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import { instanceOf, numberBetween, optional, requireArgument, wholeNumber } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { needsGraph, operationResult } from '../autograd/operation.ts';
import { ShapeError, TensorError } from '../errors.ts';
import { formatShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { cast } from './cast.ts';
import { requireFloats, requireGivenOptions } from './checks.ts';

/** Options of every loss. */
export interface LossOptions {
  /**
   * Multiplies the sum over rows (or elements). Default: 1 / their number, which gives the mean.
   */
  readonly weight?: number;
}

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends LossOptions {
  /** Part of the target that is spread evenly over all classes. Default 0. */
  readonly labelSmoothing?: number;
  /** Label of rows that count for nothing. Default -100. */
  readonly ignoreIndex?: number;
}

const weightKind: Kind = { what: 'a number', holds: (value) => typeof value === 'number', optional: true };
const lossKinds = { weight: weightKind };
const crossEntropyKinds = {
  weight: weightKind,
  labelSmoothing: optional(numberBetween(0, 1)),
  ignoreIndex: optional(wholeNumber(-(2 ** 31), 2 ** 31 - 1)),
};
const classNumbers = instanceOf(Int32Array, 'an Int32Array with a class for each row');
const numbersPerElement = instanceOf(Float32Array, 'a Float32Array with a number for each element');

/** What a loss kernel writes: the loss, and the gradient of its input where one is wanted. */
type RecordKernel = (loss: GpuArray, gradInput: GpuArray | undefined) => void;

/** A scalar whose gradient by its input, which must be f32, is computed together with it. */
function scalarLoss(operation: string, input: Tensor, record: RecordKernel): Tensor {
  const { device, size } = input;
  const loss = device.allocate('f32', 1, operation);
  const gradInput = needsGraph([input])
    ? device.allocate('f32', input.array.length, `gradient of ${operation}`)
    : undefined;
  record(loss, gradInput);
  return operationResult({
    operation,
    inputs: [input],
    array: loss,
    shape: [],
    backward(gradients) {
      const own = gradInput as GpuArray;
      if (gradients.isOne) gradients.give(input, own);
      else
        gradients.add(input, (scaled) =>
          gemm(device, { a: own, b: gradients.output, output: scaled, m: size, n: 1, k: 1, layout: 'NN' }),
        );
    },
  });
}

/** Losses are computed in f32, also of what mixed precision computed in f16. */
const inSinglePrecision = (input: Tensor): Tensor => (input.dtype === 'f16' ? cast(input, 'f32') : input);

/**
 * Cross-entropy of logits and class numbers: `weight * Σ over kept rows of (1 - e) * -log p[label]
 * + e * mean over classes of -log p`. `torch.nn.functional.cross_entropy`; with `e` it is also
 * transformers' label smoothing.
 *
 * @param input logits [rows, classes]
 * @param labels a class for each row, or `ignoreIndex`
 * @returns scalar; 0 when no row is kept
 * @throws ShapeError, and TensorError for a label that is no class
 */
export function crossEntropy(input: Tensor, labels: Int32Array, options: CrossEntropyOptions = {}): Tensor {
  requireFloats('crossEntropy', 'input', input);
  requireArgument('crossEntropy', 'labels', labels, classNumbers, TensorError);
  requireGivenOptions('crossEntropy', options, crossEntropyKinds);
  const { labelSmoothing = 0, ignoreIndex = -100 } = options;
  const logits = inSinglePrecision(input);
  const [rows = 0, classes = 0] = logits.shape;
  if (logits.shape.length !== 2 || labels.length !== rows) {
    throw new ShapeError(
      `crossEntropy: logits have the shape ${formatShape(logits.shape)} and there are ${labels.length} labels; expected [labels, classes]`,
    );
  }
  let kept = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] as number;
    if (label === ignoreIndex) continue;
    if (label < 0 || label >= classes)
      throw new TensorError(
        `crossEntropy: the label of row ${row} is ${label}; with ${classes} classes it must be 0 to ${classes - 1}, or ${ignoreIndex} for none`,
      );
    kept += 1;
  }
  const weight = options.weight ?? (kept > 0 ? 1 / kept : 0);
  const { device } = logits;
  return scalarLoss('crossEntropy', logits, (loss, gradLogits) => {
    const uploaded = device.upload(labels.length > 0 ? labels : new Int32Array(1), 'i32', 'labels');
    kernels.crossEntropy(device, {
      logits: logits.array,
      labels: uploaded,
      loss,
      rows,
      classes,
      labelSmoothing,
      ignoreIndex,
      weight,
      ...(gradLogits && { gradLogits }),
    });
    device.release(uploaded);
  });
}

function requireTargets(operation: string, input: Tensor, targets: Float32Array, options: LossOptions): void {
  requireFloats(operation, 'input', input);
  requireArgument(operation, 'targets', targets, numbersPerElement, TensorError);
  requireGivenOptions(operation, options, lossKinds);
  if (targets.length !== input.size)
    throw new ShapeError(
      `${operation}: ${formatShape(input.shape)} has ${input.size} values and there are ${targets.length} targets; expected one for each`,
    );
}

/**
 * `weight * Σ (prediction - target)²`, as `torch.nn.functional.mse_loss`.
 *
 * @throws ShapeError, TensorError
 */
export function mseLoss(input: Tensor, targets: Float32Array, options: LossOptions = {}): Tensor {
  requireTargets('mseLoss', input, targets, options);
  const { weight = 1 / Math.max(1, targets.length) } = options;
  const predictions = inSinglePrecision(input);
  const { device, size: length } = predictions;
  return scalarLoss('mseLoss', predictions, (loss, gradPredictions) => {
    const uploaded = device.upload(targets, 'f32', 'targets');
    kernels.meanSquaredError(device, {
      predictions: predictions.array,
      targets: uploaded,
      loss,
      length,
      weight,
      ...(gradPredictions && { gradPredictions }),
    });
    device.release(uploaded);
  });
}

/**
 * Binary cross-entropy of logits: `weight * Σ -target * log σ(x) - (1 - target) * log(1 - σ(x))`,
 * as `torch.nn.functional.binary_cross_entropy_with_logits`.
 *
 * @throws ShapeError, TensorError
 */
export function bceWithLogitsLoss(input: Tensor, targets: Float32Array, options: LossOptions = {}): Tensor {
  requireTargets('bceWithLogitsLoss', input, targets, options);
  const { weight = 1 / Math.max(1, targets.length) } = options;
  const logits = inSinglePrecision(input);
  const { device, size: length } = logits;
  return scalarLoss('bceWithLogitsLoss', logits, (loss, gradLogits) => {
    const uploaded = device.upload(targets, 'f32', 'targets');
    kernels.binaryCrossEntropyWithLogits(device, {
      logits: logits.array,
      targets: uploaded,
      loss,
      length,
      weight,
      ...(gradLogits && { gradLogits }),
    });
    device.release(uploaded);
  });
}

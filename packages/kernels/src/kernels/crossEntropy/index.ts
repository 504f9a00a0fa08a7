import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { requireArray, requireExtents, requireSeparate, singleTypes } from '../validate.ts';
import { gradientStore } from '../lossSum/gradientStore.ts';
import { lossSum } from '../lossSum/index.ts';
import { requireWeight } from '../lossSum/weight.ts';
import { wgsl as byThread } from './crossEntropyByThread.wgsl.ts';
import { wgsl as byWorkgroup } from './crossEntropyByWorkgroup.wgsl.ts';

export interface CrossEntropyOptions {
  /** f32 `[rows, classes]`. */
  readonly logits: GpuArray;
  /**
   * i32 `[rows]`. The caller checks them; a row whose label is neither a class nor `ignoreIndex` is
   * ignored here.
   */
  readonly labels: GpuArray;
  /** f32 `[1]`. */
  readonly loss: GpuArray;
  /** f32 `[rows, classes]`: the derivative of this call's share of the loss, overwritten. */
  readonly gradLogits?: GpuArray;
  readonly rows: number;
  readonly classes: number;
  /** Part of the target that is spread evenly over all classes, in [0, 1]. Default 0. */
  readonly labelSmoothing?: number;
  /** Label of rows that count for nothing. Default -100. */
  readonly ignoreIndex?: number;
  /** Multiplies the sum over rows, and the gradient: 1 / rows kept for a mean. */
  readonly weight: number;
  /** Add to what `loss` holds, for micro-batches of one update. Default false. */
  readonly accumulate?: boolean;
  /**
   * Row per thread or row per workgroup. Default: per workgroup for more than 64 classes on a GPU.
   */
  readonly variant?: CrossEntropyVariant;
}

export type CrossEntropyVariant = 'thread' | 'workgroup';

const kernel = 'crossEntropy';
const labelTypes: readonly ElementType[] = ['i32'];

/**
 * Cross-entropy of logits and class numbers, with its gradient: `loss = weight * sum over kept rows
 * of (1 - e) * -logp[label] + e * mean over classes of -logp`, where logp is the log-softmax of the
 * row and e is the label smoothing. Equal to `torch.nn.functional.cross_entropy(…,
 * label_smoothing=e, reduction='sum') * weight`, and to the label smoothing of `transformers`. Rows
 * are summed in a fixed order. With no rows the loss is 0.
 *
 * @throws KernelArgumentError
 */
export function crossEntropy(gpu: Gpu, options: CrossEntropyOptions): void {
  const {
    logits,
    labels,
    loss,
    gradLogits,
    rows,
    classes,
    labelSmoothing = 0,
    ignoreIndex = -100,
    weight,
    accumulate = false,
  } = options;
  requireExtents(kernel, { rows, classes });
  requireArray(kernel, 'logits', logits, { rows, classes }, singleTypes);
  requireArray(kernel, 'labels', labels, { rows }, labelTypes);
  requireArray(kernel, 'loss', loss, { scalar: 1 }, singleTypes);
  if (gradLogits) requireArray(kernel, 'gradLogits', gradLogits, { rows, classes }, singleTypes);
  requireSeparate(kernel, [logits, labels], gradLogits ? [gradLogits, loss] : [loss]);
  requireWeight(kernel, weight);
  if (classes === 0) throw new KernelArgumentError(`${kernel}: logits have 0 classes; at least 1 is needed`);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new KernelArgumentError(`${kernel}: labelSmoothing is ${labelSmoothing}; it must lie between 0 and 1`);
  }
  if (!Number.isInteger(ignoreIndex))
    throw new KernelArgumentError(`${kernel}: ignoreIndex is ${ignoreIndex}; it must be a whole number`);
  const variant = options.variant ?? (gpu.profile.software || classes <= 64 ? 'thread' : 'workgroup');
  const rowLoss = gpu.allocate('f32', rows, 'loss of each row');
  gpu.dispatch({
    program: {
      key: `${kernel} by ${variant}${gradLogits ? ' with gradient' : ''}`,
      source: () => gradientStore(gradLogits ? 'gradLogits' : null) + (variant === 'thread' ? byThread : byWorkgroup),
    },
    parameters: { integers: [rows, classes, ignoreIndex >>> 0], floats: [labelSmoothing, weight] },
    reads: [logits, labels],
    writes: gradLogits ? [rowLoss, gradLogits] : [rowLoss],
    workgroups: spreadWorkgroups(variant === 'thread' ? Math.ceil(rows / 64) : rows),
    work: { bytes: rows * classes * 4 * (gradLogits ? 2 : 1) },
  });
  lossSum(gpu, { input: rowLoss, count: rows, loss, weight, accumulate });
  gpu.release(rowLoss);
}

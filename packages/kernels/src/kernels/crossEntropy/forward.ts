import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { ElementType } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { requireArray, requireKernelOptions, requireSeparate, singleTypes } from '../validate.ts';
import { lossSum } from '../lossSum/index.ts';
import { wgsl as byThread } from './crossEntropyByThread.wgsl.ts';
import { wgsl as byWorkgroup } from './crossEntropyByWorkgroup.wgsl.ts';
import { crossEntropyKinds } from './options.ts';
import type { CrossEntropyOptions } from './options.ts';
import { sharesRows } from './sharesRows.ts';

const kernel = 'crossEntropy';
const labelTypes: readonly ElementType[] = ['i32'];

/**
 * Records the cross-entropy of logits and class indices, with its gradient: `loss = weight * sum
 * over kept rows of (1 - e) * -logp[label] + e * mean over classes of -logp`, where logp is the
 * log-softmax of the row and e is the label smoothing. Equal to
 * `torch.nn.functional.cross_entropy(…, label_smoothing=e, reduction='sum') * weight`, and to the
 * label smoothing of `transformers`. Rows are summed in a fixed order. With no rows the loss is 0.
 *
 * @throws KernelArgumentError
 */
export function crossEntropy(gpu: Gpu, options: CrossEntropyOptions): void {
  requireCrossEntropy(options);
  const { logits, labels, loss, gradLogits, rows, classes, labelSmoothing = 0, ignoreIndex = -100 } = options;
  const { weight, accumulate = false } = options;
  const variant = options.variant ?? (sharesRows(gpu.profile, rows, classes) ? 'workgroup' : 'thread');
  const rowLoss = gpu.allocate('f32', rows, 'loss of each row');
  gpu.dispatch({
    program: kernelProgram(`${kernel} by ${variant}`, variant === 'thread' ? byThread : byWorkgroup, {
      gradient: gradLogits !== undefined,
    }),
    parameters: { integers: [rows, classes, ignoreIndex >>> 0], floats: [labelSmoothing, weight] },
    reads: [logits, labels],
    writes: gradLogits ? [rowLoss, gradLogits] : [rowLoss],
    workgroups: spreadWorkgroups(variant === 'thread' ? Math.ceil(rows / 64) : rows),
    work: { bytes: rows * classes * 4 * (gradLogits ? 2 : 1) },
  });
  lossSum(gpu, { input: rowLoss, count: rows, loss, weight, accumulate });
  gpu.release(rowLoss);
}

function requireCrossEntropy(options: CrossEntropyOptions): void {
  requireKernelOptions(kernel, options, crossEntropyKinds);
  const { logits, labels, loss, gradLogits, rows, classes } = options;
  requireArray(kernel, 'logits', logits, { rows, classes }, singleTypes);
  requireArray(kernel, 'labels', labels, { rows }, labelTypes);
  requireArray(kernel, 'loss', loss, { scalar: 1 }, singleTypes);
  if (gradLogits) requireArray(kernel, 'gradLogits', gradLogits, { rows, classes }, singleTypes);
  requireSeparate(kernel, [logits, labels], gradLogits ? [gradLogits, loss] : [loss]);
  if (classes === 0) throw new KernelArgumentError(`${kernel}: logits have 0 classes; at least 1 is needed`);
}

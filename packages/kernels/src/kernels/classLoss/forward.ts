import type { Gpu } from '../../gpu.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { sharesRows } from '../crossEntropy/sharesRows.ts';
import { requireArray, requireKernelOptions, requireSeparate, singleTypes } from '../validate.ts';
import { inputParameters, isByLabel, readInput } from './arrays.ts';
import { wgsl as source } from './classLoss.wgsl.ts';
import { wgsl as totalSource } from './classLossTotal.wgsl.ts';
import { classLossKinds, classLossTotalKinds } from './options.ts';
import type { ClassLossOptions, ClassLossTotalOptions } from './options.ts';

/**
 * Records the loss of each row: cross-entropy of logits, or negative log likelihood of
 * log-probabilities, with classes or probabilities as targets. As
 * `torch.nn.functional.cross_entropy` and `nll_loss` with `reduction='none'`.
 *
 * @throws KernelArgumentError
 */
export function classLoss(gpu: Gpu, options: ClassLossOptions): void {
  const kernel = 'classLoss';
  requireKernelOptions(kernel, options, classLossKinds);
  const { losses, facts, isLogits, classWeights, outer, classes, inner } = options;
  const rows = outer * inner;
  const reads = readInput(kernel, options);
  requireArray(kernel, 'losses', losses, { rows }, singleTypes);
  requireArray(kernel, 'facts', facts, { rows, facts: 4 }, singleTypes);
  requireSeparate(kernel, reads, [losses, facts]);
  const lanes = options.lanes ?? lanesOf(gpu, options);
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      lanes,
      severalLanes: lanes > 1,
      isLogits,
      byLabel: isByLabel(options),
      weighted: classWeights !== undefined,
    }),
    parameters: inputParameters(options),
    reads,
    writes: [losses, facts],
    workgroups: spreadWorkgroups(Math.ceil((rows * lanes) / 64)),
    work: { bytes: 4 * rows * (classes * (isByLabel(options) ? 1 : 2) + 5) },
  });
}

/** Rows that keep a GPU busy with one thread each. */
const busyRows = 4096;

function lanesOf({ profile }: Gpu, { outer, classes, inner }: ClassLossOptions): 1 | 64 {
  const rows = outer * inner;
  // With extents after the classes, neighbouring rows are adjacent in memory.
  const suitsThreads = !profile.software && inner > 1 && rows >= busyRows;
  return sharesRows(profile, rows, classes) && !suitsThreads ? 64 : 1;
}

/**
 * Records the sum of the rows' losses times a factor, or their mean weighted as the rows count.
 *
 * @throws KernelArgumentError
 */
export function classLossTotal(gpu: Gpu, options: ClassLossTotalOptions): void {
  const kernel = 'classLossTotal';
  requireKernelOptions(kernel, options, classLossTotalKinds);
  const { losses, facts, rows, factor, loss, scale } = options;
  requireArray(kernel, 'losses', losses, { rows }, singleTypes);
  requireArray(kernel, 'facts', facts, { rows, facts: 4 }, singleTypes);
  requireArray(kernel, 'loss', loss, { scalar: 1 }, singleTypes);
  requireArray(kernel, 'scale', scale, { scalar: 1 }, singleTypes);
  requireSeparate(kernel, [losses, facts], [loss, scale]);
  gpu.dispatch({
    program: kernelProgram(kernel, totalSource),
    parameters: { integers: [rows, Number(factor === 'mean')], floats: [factor === 'mean' ? 1 : factor] },
    reads: [losses, facts],
    writes: [loss, scale],
    workgroups: [1, 1, 1],
    work: { bytes: 20 * rows },
  });
}

import type { Gpu } from '../../gpu.ts';
import { flatIndexingFor } from '../../wgsl/flatIndexing.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { requireArray, requireKernelOptions, requireSeparate, singleTypes } from '../validate.ts';
import { inputParameters, isByLabel, readInput } from './arrays.ts';
import { wgsl as source } from './classLossBackward.wgsl.ts';
import { classLossBackwardKinds } from './options.ts';
import type { ClassLossBackwardOptions } from './options.ts';

/**
 * Records the gradient of `classLoss` by its input, or by the probabilities.
 *
 * @throws KernelArgumentError
 */
export function classLossBackward(gpu: Gpu, options: ClassLossBackwardOptions): void {
  const kernel = 'classLossBackward';
  requireKernelOptions(kernel, options, classLossBackwardKinds);
  const { facts, gradOutput, scale, gradient, isLogits, classWeights, outer, classes, inner } = options;
  const { ofProbabilities = false } = options;
  const rows = outer * inner;
  const reads = [...readInput(kernel, options), facts, gradOutput, ...(scale ? [scale] : [])];
  requireArray(kernel, 'facts', facts, { rows, facts: 4 }, singleTypes);
  requireArray(kernel, 'gradOutput', gradOutput, scale ? { scalar: 1 } : { rows }, singleTypes);
  if (scale) requireArray(kernel, 'scale', scale, { scalar: 1 }, singleTypes);
  requireArray(kernel, 'gradient', gradient, { outer, classes, inner }, singleTypes);
  requireSeparate(kernel, reads, [gradient]);
  const { defines, workgroups } = flatIndexingFor(gpu.profile);
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      ...defines,
      isLogits,
      byLabel: isByLabel(options),
      weighted: classWeights !== undefined,
      reduced: scale !== undefined,
      ofProbabilities,
    }),
    parameters: inputParameters(options),
    reads,
    writes: [gradient],
    workgroups: workgroups(rows * classes),
    work: { bytes: 4 * rows * classes * (isByLabel(options) ? 2 : 3) },
  });
}

import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { flatIndexingFor } from '../../wgsl/flatIndexing.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { indexTypes, requireArray, requireSeparate, singleTypes } from '../validate.ts';
import { wgsl as adamWSource } from './rules/adamW.wgsl.ts';
import { wgsl as finalizeSource } from './finalizeUpdate.wgsl.ts';
import { updateMembers } from './members/members.ts';
import type { OptimizerMembers } from './members/members.ts';
import type { OptimizerState } from './state/state.ts';
import { elementsPerGroupId } from './state/stateLayout.ts';
import { finalThreads, requireSegmentLength, sumOfSquares, treeDefines } from './gradientNorm/sumOfSquares.ts';
import type { GradientSegment } from './gradientNorm/sumOfSquares.ts';

/**
 * A part of the parameters that lies in one buffer of each kind, at the same offsets in all of
 * them.
 */
export interface ArenaSegment extends GradientSegment {
  /** f32. */
  readonly weights: GpuArray;
  /** f32: first moments. */
  readonly expAvg: GpuArray;
  /** f32: second moments. */
  readonly expAvgSq: GpuArray;
  /** u32 `[length / 64]`: index of the parameter group of each 64 elements. */
  readonly groupIds: GpuArray;
  /**
   * u32 `[length / 64]`: index of the member of each 64 elements. Where given, members that take no
   * part stay unchanged, and each corrects the bias of its moments by the number of its own
   * updates. Default: all take part in every update.
   */
  readonly memberIds?: GpuArray | undefined;
}

export interface OptimizerUpdateOptions {
  readonly state: OptimizerState;
  readonly segments: readonly ArenaSegment[];
  /**
   * Which members take part; required where a segment has `memberIds`, or where a member misses the
   * update.
   */
  readonly members?: OptimizerMembers | undefined;
}

/**
 * Records one update of all parameters: global norm, clip factor and decision, then AdamW. A
 * handful of dispatches, however many tensors there are. Gradients are left unchanged. An update
 * whose norm is not finite changes only the counters and the ring of records. Updates beyond the
 * end of the schedule use its last row.
 *
 * @throws KernelArgumentError
 */
export function optimizerUpdate(gpu: Gpu, { state, segments, members }: OptimizerUpdateOptions): void {
  for (const segment of segments) requireSegment(segment);
  decideUpdate(gpu, { state, segments, members });
  for (const segment of segments) adamW(gpu, state, segment, members);
}

/**
 * Records the part of an update that all optimizers share: global norm, clip factor, decision, and
 * the rates of the members. The optimizer's own kernels follow.
 *
 * @throws KernelArgumentError
 */
export function decideUpdate(
  gpu: Gpu,
  { state, segments, members }: Omit<OptimizerUpdateOptions, 'segments'> & { segments: readonly GradientSegment[] },
): void {
  finalizeUpdate(gpu, state, segments);
  if (members) updateMembers(gpu, state, members);
}

function finalizeUpdate(gpu: Gpu, state: OptimizerState, segments: readonly GradientSegment[]): void {
  const { partials, count } = sumOfSquares(gpu, 'optimizerUpdate', segments);
  const { growthInterval, growthFactor, backoffFactor } = state.lossScaling;
  gpu.dispatch({
    program: kernelProgram('finalizeUpdate', finalizeSource, treeDefines(gpu.profile, finalThreads)),
    parameters: {
      integers: [count, state.learningRates.length, state.recordCapacity, growthInterval],
      floats: [state.maxGradNorm, growthFactor, backoffFactor],
    },
    reads: [partials, state.schedule],
    writes: [state.lossScale, state.loss, state.words],
    workgroups: [1, 1, 1],
  });
  gpu.release(partials);
}

function adamW(gpu: Gpu, state: OptimizerState, segment: ArenaSegment, members?: OptimizerMembers): void {
  const { gradients, weights, expAvg, expAvgSq, groupIds, memberIds, length } = segment;
  if (memberIds && !members)
    throw new KernelArgumentError('optimizerUpdate: a segment has memberIds, but no members are given');
  const vectors = length / 4;
  const [beta1, beta2] = state.betas;
  const { defines, workgroups } = flatIndexingFor(gpu.profile);
  gpu.dispatch({
    program: kernelProgram('adamW', adamWSource, {
      members: memberIds !== undefined,
      ...defines,
    }),
    parameters: { integers: [vectors], floats: [beta1 > 0.5 ? 1 - beta1 : -beta1, beta2, 1 - beta2, state.epsilon] },
    reads:
      memberIds && members
        ? [state.words, members.rates, memberIds, gradients]
        : [state.words, state.groups, groupIds, gradients],
    writes: [weights, expAvg, expAvgSq],
    workgroups: workgroups(vectors),
    work: { bytes: 28 * length, flops: 15 * length },
  });
}

function requireSegment({ gradients, weights, expAvg, expAvgSq, groupIds, memberIds, length }: ArenaSegment): void {
  const kernel = 'optimizerUpdate';
  requireSegmentLength(kernel, length);
  for (const [name, array] of Object.entries({ gradients, weights, expAvg, expAvgSq }))
    requireArray(kernel, name, array, { length }, singleTypes);
  requireArray(kernel, 'groupIds', groupIds, { 'groups of 64': length / elementsPerGroupId }, indexTypes);
  if (memberIds)
    requireArray(kernel, 'memberIds', memberIds, { 'members of 64': length / elementsPerGroupId }, indexTypes);
  requireSeparate(kernel, [gradients, groupIds], [weights, expAvg, expAvgSq]);
}

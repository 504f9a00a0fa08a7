import { KernelArgumentError } from '../../../errors.ts';
import type { Gpu } from '../../../gpu.ts';
import type { GpuArray } from '../../../memory/gpuArray.ts';
import { flatIndexingFor } from '../../../wgsl/flatIndexing.ts';
import { kernelProgram } from '../../../wgsl/kernelProgram.ts';
import type { WgslFile } from '../../../wgsl/wgslFile.ts';
import { indexTypes, requireArray, requireSeparate, singleTypes } from '../../validate.ts';
import { wgsl as adagradSource } from './adagrad.wgsl.ts';
import { wgsl as lionSource } from './lion.wgsl.ts';
import type { OptimizerMembers } from '../members/members.ts';
import { wgsl as rmspropSource } from './rmsprop.wgsl.ts';
import { wgsl as sgdSource } from './sgd.wgsl.ts';
import type { OptimizerState } from '../state/state.ts';
import { elementsPerGroupId } from '../state/stateLayout.ts';
import { requireSegmentLength } from '../gradientNorm/sumOfSquares.ts';
import type { GradientSegment } from '../gradientNorm/sumOfSquares.ts';

/** A part of the parameters, as optimizers other than AdamW update it. */
export interface MomentSegment extends GradientSegment {
  /** f32. */
  readonly weights: GpuArray;
  /** f32 each: the optimizer's moments of each element, in the order of its kernel's header. */
  readonly moments: readonly GpuArray[];
  /** u32 `[length / 64]`: index of the parameter group of each 64 elements. */
  readonly groupIds: GpuArray;
  /** u32 `[length / 64]`: as in `ArenaSegment`. */
  readonly memberIds?: GpuArray | undefined;
}

interface RuleInput {
  readonly state: OptimizerState;
  readonly segment: MomentSegment;
  readonly members?: OptimizerMembers | undefined;
}

/**
 * Records the update of a segment by stochastic gradient descent, after `decideUpdate`. It has one
 * moment where there is momentum.
 *
 * @throws KernelArgumentError
 */
export function sgdUpdate(
  gpu: Gpu,
  input: RuleInput & { readonly momentum: number; readonly dampening: number; readonly nesterov: boolean },
): void {
  const { momentum, dampening, nesterov } = input;
  const rule = { kernel: 'sgd', source: sgdSource, moments: [momentum !== 0], defines: { nesterov } };
  updateByRule(gpu, input, { ...rule, floats: [momentum, 1 - dampening] });
}

/**
 * Records the update of a segment by Lion, after `decideUpdate`. It has one moment.
 *
 * @throws KernelArgumentError
 */
export function lionUpdate(gpu: Gpu, input: RuleInput & { readonly betas: readonly [number, number] }): void {
  const [beta1, beta2] = input.betas;
  const rule = { kernel: 'lion', source: lionSource, moments: [true], defines: {} };
  updateByRule(gpu, input, { ...rule, floats: [beta1, 1 - beta1, beta2, 1 - beta2] });
}

/**
 * Records the update of a segment by RMSprop, after `decideUpdate`. Its moments: of squares, of
 * updates where there is momentum, of gradients where it is centered.
 *
 * @throws KernelArgumentError
 */
export function rmspropUpdate(
  gpu: Gpu,
  input: RuleInput & {
    readonly alpha: number;
    readonly epsilon: number;
    readonly momentum: number;
    readonly centered: boolean;
  },
): void {
  const { alpha, epsilon, momentum, centered } = input;
  const hasMomentum = momentum !== 0;
  const rule = { kernel: 'rmsprop', source: rmspropSource, moments: [true, hasMomentum, centered] };
  updateByRule(gpu, input, {
    ...rule,
    defines: { momentum: hasMomentum },
    floats: [alpha, 1 - alpha, epsilon, momentum],
  });
}

/**
 * Records the update of a segment by Adagrad, after `decideUpdate`. It has one moment.
 *
 * @throws KernelArgumentError
 */
export function adagradUpdate(gpu: Gpu, input: RuleInput & { readonly epsilon: number }): void {
  const rule = { kernel: 'adagrad', source: adagradSource, moments: [true], defines: {} };
  updateByRule(gpu, input, { ...rule, floats: [input.epsilon] });
}

interface Rule {
  readonly kernel: string;
  readonly source: WgslFile;
  /** Which of the moments of arenaUpdate.wgsl the rule has. */
  readonly moments: readonly boolean[];
  readonly defines: Readonly<Record<string, boolean>>;
  readonly floats: readonly number[];
}

function updateByRule(gpu: Gpu, { state, segment, members }: RuleInput, rule: Rule): void {
  requireMoments(rule, segment);
  const { gradients, weights, moments, groupIds, memberIds, length } = segment;
  if (memberIds && !members)
    throw new KernelArgumentError(`${rule.kernel}: a segment has memberIds, but no members are given`);
  const [first = false, second = false, third = false] = rule.moments;
  const vectors = length / 4;
  const reads = [state.words, memberIds && members ? members.rates : state.groups, memberIds ?? groupIds, gradients];
  const writes = [weights, ...moments];
  const { defines, workgroups } = flatIndexingFor(gpu.profile);
  gpu.dispatch({
    program: kernelProgram(rule.kernel, rule.source, {
      members: memberIds !== undefined,
      first,
      second,
      third,
      ...rule.defines,
      ...defines,
    }),
    parameters: { integers: [vectors], floats: rule.floats },
    reads,
    writes,
    workgroups: workgroups(vectors),
    work: { bytes: length * (12 + 8 * moments.length), flops: 15 * length },
  });
}

function requireMoments(rule: Rule, segment: MomentSegment): void {
  const { kernel } = rule;
  const { gradients, weights, moments, groupIds, memberIds, length } = segment;
  requireSegmentLength(kernel, length);
  const count = rule.moments.filter(Boolean).length;
  if (moments.length !== count)
    throw new KernelArgumentError(`${kernel}: got ${moments.length} moments; with these options there are ${count}`);
  for (const [name, array] of Object.entries({ gradients, weights }))
    requireArray(kernel, name, array, { length }, singleTypes);
  for (const [index, moment] of moments.entries())
    requireArray(kernel, `moment ${index}`, moment, { length }, singleTypes);
  for (const [name, ids] of Object.entries({ groupIds, ...(memberIds && { memberIds }) }))
    requireArray(kernel, name, ids, { 'groups of 64': length / elementsPerGroupId }, indexTypes);
  requireSeparate(kernel, [gradients, groupIds], [weights, ...moments]);
}

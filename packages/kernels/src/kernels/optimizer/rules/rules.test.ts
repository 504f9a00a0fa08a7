import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KernelArgumentError, openDevice } from '../../../index.ts';
import {
  adagradUpdate,
  createOptimizerState,
  decideUpdate,
  lionUpdate,
  OptimizerMembers,
  rmspropUpdate,
  sgdUpdate,
} from '../../../internal.ts';
import type { Gpu } from '../../../index.ts';
import type { Corrections, MomentSegment, OptimizerState } from '../../../internal.ts';
import { readFloats, uploadFloats, uploadIndices } from '../../../testing/arrays.ts';
import { compileOnNull } from '../../../testing/compileOnNull.ts';
import { expectClose } from '../../../testing/expectClose.ts';
import { normalNumbers } from '../../../testing/numbers.ts';
import { adagradReference, lionReference, rmspropReference, sgdReference } from '../reference.ts';
import type { RuleReferenceOptions } from '../reference.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

interface Input {
  readonly state: OptimizerState;
  readonly segment: MomentSegment;
  readonly members?: OptimizerMembers;
}

interface RuleCase {
  readonly name: string;
  readonly moments: number;
  readonly corrections?: Corrections;
  readonly record: (gpu: Gpu, input: Input) => void;
  readonly reference: (options: RuleReferenceOptions) => void;
}

const sgd = (options: { momentum?: number; dampening?: number; nesterov?: boolean }): RuleCase => ({
  name: `sgd ${JSON.stringify(options)}`,
  moments: options.momentum ? 1 : 0,
  record: (on, input) => sgdUpdate(on, { momentum: 0, dampening: 0, nesterov: false, ...options, ...input }),
  reference: (given) => sgdReference(given, options),
});

const rmsprop = (options: { alpha?: number; momentum?: number; centered?: boolean }): RuleCase => ({
  name: `rmsprop ${JSON.stringify(options)}`,
  moments: 1 + Number(Boolean(options.momentum)) + Number(Boolean(options.centered)),
  record: (on, input) =>
    rmspropUpdate(on, { alpha: 0.9, epsilon: 1e-6, momentum: 0, centered: false, ...options, ...input }),
  reference: (given) => rmspropReference(given, { alpha: 0.9, epsilon: 1e-6, ...options }),
});

const cases: readonly RuleCase[] = [
  sgd({}),
  sgd({ momentum: 0.9 }),
  sgd({ momentum: 0.9, dampening: 0.25 }),
  sgd({ momentum: 0.9, nesterov: true }),
  {
    name: 'lion',
    moments: 1,
    record: (on, input) => lionUpdate(on, { betas: [0.9, 0.99], ...input }),
    reference: (given) => lionReference(given, [0.9, 0.99]),
  },
  rmsprop({}),
  rmsprop({ momentum: 0.5 }),
  rmsprop({ centered: true }),
  rmsprop({ momentum: 0.5, centered: true }),
  rmsprop({ alpha: 0.25, centered: true }),
  {
    name: 'adagrad',
    moments: 1,
    corrections: (update) => ({ divisor: 1 + (update - 1) * 0.1, correction: update }),
    record: (on, input) => adagradUpdate(on, { epsilon: 1e-10, ...input }),
    reference: (given) => adagradReference(given, { lrDecay: 0.1 }),
  },
];

const groups = [{ weightDecay: 0.1 }, { weightDecay: 0, learningRateFactor: 0.5 }];
const learningRates = [0.02, 0.01, 0.005, 0.0025];
const byNumber: Corrections = (update) => ({ divisor: 1, correction: update });

function arraysOf(on: Gpu, length: number, moments: number): MomentSegment {
  const ids = Array.from({ length: length / 64 }, (_, block) => block % 2);
  return {
    weights: uploadFloats(on, normalNumbers(length, 7), 'f32', 'weights'),
    gradients: uploadFloats(on, new Float32Array(length), 'f32', 'gradients'),
    moments: Array.from({ length: moments }, () => uploadFloats(on, new Float32Array(length), 'f32', 'moment')),
    groupIds: uploadIndices(on, ids, 'groupIds'),
    length,
  };
}

const gradientsOf = (length: number, update: number) =>
  normalNumbers(length, 20 + update).map((value, index) => (index % 9 === 0 ? 0 : value));

const stateOf = (on: Gpu, { corrections = byNumber }: RuleCase) =>
  createOptimizerState(on, { learningRates, groups, corrections, maxGradNorm: 0 });

/** Updates in which the members of the second group take part, or not. */
async function run(rule: RuleCase, length: number, takesPart: readonly boolean[], { withMembers = false }) {
  const segment = arraysOf(gpu, length, rule.moments);
  const state = stateOf(gpu, rule);
  const members = withMembers ? new OptimizerMembers(gpu, [0, 1], [0, 0]) : undefined;
  const reference = {
    weights: Float64Array.from(normalNumbers(length, 7)),
    moments: segment.moments.map(() => new Float64Array(length)),
  };
  let own = 0;
  for (const [update, second] of takesPart.entries()) {
    const gradients = gradientsOf(length, update);
    gpu.write(segment.gradients, gradients);
    members?.setTakingPart([true, second]);
    decideUpdate(gpu, { state, segments: [segment], members });
    rule.record(gpu, {
      state,
      segment: { ...segment, ...(members && { memberIds: segment.groupIds }) },
      members,
    } as Input);
    gpu.flush();
    own += Number(second);
    for (let block = 0; block < length / 64; block++) {
      const group = groups[block % 2] as (typeof groups)[number];
      if (block % 2 === 1 && !second) continue;
      const range = [block * 64, block * 64 + 64] as const;
      rule.reference({
        weights: reference.weights.subarray(...range),
        gradients: gradients.subarray(...range),
        moments: reference.moments.map((moment) => moment.subarray(...range)),
        update: block % 2 === 1 ? own : update + 1,
        learningRate: (learningRates[update] as number) * (group.learningRateFactor ?? 1),
        weightDecay: group.weightDecay,
      });
    }
  }
  const weights = await readFloats(gpu, segment.weights, length);
  const moments = await Promise.all(segment.moments.map((moment) => readFloats(gpu, moment, length)));
  const { moments: arrays, length: _, ...others } = segment;
  for (const array of [...arrays, ...Object.values(others)]) gpu.release(array);
  members?.dispose();
  state.dispose();
  return { weights, moments, reference };
}

const magnitudes = (values: Float64Array, least: number) =>
  Float64Array.from(values, (value) => Math.abs(value) + least);

describe.each(cases)('$name', (rule) => {
  const all = [true, true, true, true];

  it.each([64, 1088, 70016])('equals its reference over %i elements', async (length) => {
    const { weights, moments, reference } = await run(rule, length, all, {});
    // An update rounds a handful of times; it moves a weight by as much as it is large.
    expectClose(weights, reference.weights, { roundings: 40, magnitude: magnitudes(reference.weights, 1) }, 'weights');
    for (const [index, moment] of moments.entries()) {
      const expected = reference.moments[index] as Float64Array;
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expectClose(moment, expected, { roundings: 40, magnitude: largest }, `moment ${index}`);
    }
  });

  it('leaves a member that takes no part as it is and counts its updates', async () => {
    for (const takesPart of [
      [true, false, false, true],
      [false, false, true, true],
    ]) {
      const { weights, reference } = await run(rule, 192, takesPart, { withMembers: true });
      expectClose(weights, reference.weights, { roundings: 40, magnitude: magnitudes(reference.weights, 1) });
    }
  });

  it('has the same bits on every run', async () => {
    expect(await run(rule, 1088, all, {})).toEqual(await run(rule, 1088, all, {}));
  });

  it('skips an update that is not finite', async () => {
    const segment = arraysOf(gpu, 64, rule.moments);
    using state = stateOf(gpu, rule);
    gpu.write(segment.gradients, new Float32Array(64).fill(Infinity));
    decideUpdate(gpu, { state, segments: [segment] });
    rule.record(gpu, { state, segment });
    expect(await readFloats(gpu, segment.weights, 64)).toEqual(normalNumbers(64, 7));
    for (const moment of segment.moments) expect(await readFloats(gpu, moment, 64)).toEqual(new Float32Array(64));
  });

  it('refuses arrays that do not fit, and compiles in every form', async () => {
    const segment = arraysOf(gpu, 64, rule.moments + 1);
    using state = stateOf(gpu, rule);
    expect(() => rule.record(gpu, { state, segment })).toThrow(KernelArgumentError);
    expect(() => rule.record(gpu, { state, segment })).toThrow(/moments; with these options there are/);
    await compileOnNull((on) => {
      for (const withMembers of [false, true]) {
        const own = arraysOf(on, 64, rule.moments);
        const members = new OptimizerMembers(on, [0, 1], [0, 0]);
        const ownState = stateOf(on, rule);
        rule.record(on, {
          state: ownState,
          segment: { ...own, ...(withMembers && { memberIds: own.groupIds }) },
          members,
        });
      }
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KernelArgumentError, openDevice } from '../../index.ts';
import { createOptimizerState, OptimizerMembers, optimizerUpdate, readOptimizerState } from '../../internal.ts';
import type { Gpu } from '../../index.ts';
import type { OptimizerStateOptions } from '../../internal.ts';
import { readFloats, uploadFloats, uploadIndices } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { adamWReference, clipFactorReference, globalNormReference } from './reference.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

/** Inputs and results of torch 2.13 on the CPU in f32. */
const torchCase = {
  weights: [1.54099607, -0.293428898, -2.17878938, 0.568431258, -1.08452237, -1.39859545, 0.403346837, 0.838026345],
  gradients: [
    [-0.719257593, -0.403343529, -0.596635342, 0.182036489, -0.856674612, 1.10060418, -1.07118738, 0.122701243],
    [-0.113263503, 0.0746229291, -0.178399071, -0.30182156, 0.0740787089, 0.291300505, 0.187961981, 0.154969767],
    [0.575608253, 3.79138422, -3.87130523, -2.37330818, -0.0626384169, -2.15544009, 1.55591035, -3.9375658],
  ],
  learningRates: [1e-3, 5e-4, 2.5e-4],
  updated: [1.54253399, -0.292361766, -2.17703509, 0.567867756, -1.08313262, -1.40014112, 0.404543132, 0.836640537],
  expAvg: [
    -0.0311356988, 0.0405562259, -0.0905788764, -0.0511390157, -0.0281089712, 0.0415110625, -0.00509051746,
    -0.0329367705,
  ],
  expAvgSq: [
    0.000142147328, 0.000292697689, 0.000375689444, 0.000196203153, 0.000180903211, 0.000454441237, 0.000351270544,
    0.000295365287,
  ],
  norms: [2.0437336, 0.539452195, 7.60924721],
};

interface Arena {
  readonly weights: Float32Array;
  readonly gradients: Float32Array[];
  /** Parameter group of each 64 elements. */
  readonly groupIds: number[];
}

function makeArena(length: number, updates: number, magnitude = 1, seed = 7): Arena {
  return {
    weights: normalNumbers(length, seed),
    gradients: Array.from({ length: updates }, (_, update) =>
      normalNumbers(length, seed + update + 1).map((value) => value * magnitude),
    ),
    groupIds: Array.from({ length: length / 64 }, (_, block) => block % 2),
  };
}

const groups = [{ weightDecay: 0.01 }, { weightDecay: 0, learningRateFactor: 0.5 }];

async function trainOnGpu(arenas: readonly Arena[], options: Partial<OptimizerStateOptions>) {
  const updates = arenas[0]?.gradients.length ?? 0;
  const state = createOptimizerState(gpu, { learningRates: rates(updates), groups, ...options });
  const segments = arenas.map(({ weights, groupIds }) => ({
    weights: uploadFloats(gpu, weights, 'f32', 'weights'),
    gradients: uploadFloats(gpu, weights, 'f32', 'gradients'),
    expAvg: uploadFloats(gpu, new Float32Array(weights.length), 'f32', 'expAvg'),
    expAvgSq: uploadFloats(gpu, new Float32Array(weights.length), 'f32', 'expAvgSq'),
    groupIds: uploadIndices(gpu, groupIds, 'groupIds'),
    length: weights.length,
  }));
  for (let update = 0; update < updates; update++) {
    for (const [number, segment] of segments.entries())
      gpu.write(segment.gradients, (arenas[number] as Arena).gradients[update] as Float32Array);
    optimizerUpdate(gpu, { state, segments });
    gpu.flush();
  }
  const results = [];
  for (const { weights, expAvg, expAvgSq, length } of segments) {
    results.push({
      weights: await readFloats(gpu, weights, length),
      expAvg: await readFloats(gpu, expAvg, length),
      expAvgSq: await readFloats(gpu, expAvgSq, length),
    });
  }
  const report = await readOptimizerState(gpu, state);
  for (const segment of segments) {
    for (const array of [segment.weights, segment.gradients, segment.expAvg, segment.expAvgSq, segment.groupIds])
      gpu.release(array);
  }
  state.dispose();
  return { results, report };
}

function rates(updates: number): number[] {
  return Array.from({ length: updates }, (_, step) => 1e-3 * (1 - step / (updates + 1)));
}

function trainReference(
  arenas: readonly Arena[],
  { betas = [0.9, 0.999], epsilon = 1e-8, maxGradNorm = 1 }: Partial<OptimizerStateOptions>,
) {
  const updates = arenas[0]?.gradients.length ?? 0;
  const states = arenas.map(({ weights }) => ({
    weights: Float64Array.from(weights),
    expAvg: new Float64Array(weights.length),
    expAvgSq: new Float64Array(weights.length),
  }));
  const norms: number[] = [];
  for (let update = 0; update < updates; update++) {
    const norm = globalNormReference(arenas.map(({ gradients }) => gradients[update] as Float32Array));
    const clip = clipFactorReference(norm, maxGradNorm);
    norms.push(norm);
    for (const [number, { gradients, groupIds }] of arenas.entries()) {
      const { weights, expAvg, expAvgSq } = states[number] as (typeof states)[number];
      for (const [block, id] of groupIds.entries()) {
        const range = [block * 64, block * 64 + 64] as const;
        const group = groups[id] as (typeof groups)[number];
        adamWReference({
          weights: weights.subarray(...range),
          gradients: Array.from((gradients[update] as Float32Array).subarray(...range), (value) => value * clip),
          expAvg: expAvg.subarray(...range),
          expAvgSq: expAvgSq.subarray(...range),
          update: update + 1,
          learningRate: (rates(updates)[update] as number) * (group.learningRateFactor ?? 1),
          weightDecay: group.weightDecay,
          betas,
          epsilon,
        });
      }
    }
  }
  return { states, norms };
}

describe('optimizerUpdate', () => {
  for (const [name, lengths, updates, options] of [
    ['one block', [64], 1, {}],
    ['one update', [1088], 1, {}],
    ['many updates', [192], 20, {}],
    ['several segments', [64, 70016, 0, 4096], 3, {}],
    ['no clipping', [4096], 5, { maxGradNorm: 0 }],
    ['other constants', [4096], 5, { betas: [0.8, 0.95] as const, epsilon: 1e-6, maxGradNorm: 3 }],
  ] as const) {
    it(`equals the reference: ${name}`, async () => {
      const arenas = lengths.map((length, seed) => makeArena(length, updates, 1, 100 * seed));
      const { results, report } = await trainOnGpu(arenas, options);
      const { states, norms } = trainReference(arenas, options);
      for (const [number, { weights, expAvg, expAvgSq }] of results.entries()) {
        const state = states[number] as (typeof states)[number];
        // Each update rounds the weight twice, and moves it by at most about 3 learning rates,
        // themselves off by some dozen roundings.
        expectClose(
          weights,
          state.weights,
          { roundings: 2 * updates, magnitude: Float64Array.from(state.weights, (value) => Math.abs(value) + 0.05) },
          'weights',
        );
        // The clip factor is off by up to the 32 roundings of the norm; a moment rounds three times
        // an update.
        const largest = (values: Float64Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expectClose(expAvg, state.expAvg, { roundings: 40, magnitude: largest(state.expAvg) }, 'expAvg');
        expectClose(expAvgSq, state.expAvgSq, { roundings: 80 }, 'expAvgSq');
      }
      expectClose(
        report.records.map(({ gradNorm }) => gradNorm),
        norms,
        { roundings: 32 },
      );
      expect(report.records.map(({ learningRate }) => learningRate)).toEqual(rates(updates));
      expect(report.records.map(({ update, step, finite }) => ({ update, step, finite }))).toEqual(
        rates(updates).map((_, step) => ({ update: step + 1, step, finite: true })),
      );
      expect(report).toMatchObject({ step: updates, attempted: updates, skipped: 0, firstSkipped: null });
    });
  }

  it('keeps the mean of gradients that become much smaller, by a small beta1', async () => {
    const large = makeArena(64, 1, 1e4);
    const arena = { ...large, gradients: [...large.gradients, normalNumbers(64, 3).map((value) => value * 1e-3)] };
    for (const betas of [[0, 0.5] as const, [1e-9, 0.5] as const, [0.5, 0.5] as const]) {
      const options = { betas, maxGradNorm: 0 };
      const { results } = await trainOnGpu([arena], options);
      const { states } = trainReference([arena], options);
      expectClose(results[0]?.expAvg as Float32Array, states[0]?.expAvg as Float64Array, { roundings: 8 }, `${betas}`);
    }
  });

  it('clips gradients of any size to the same direction', async () => {
    const small = await trainOnGpu([makeArena(4096, 2, 1)], {});
    const huge = await trainOnGpu([makeArena(4096, 2, 2 ** 80)], {});
    expectClose(huge.results[0]?.weights as Float32Array, small.results[0]?.weights as Float32Array, {
      roundings: 4,
      magnitude: 1,
    });
    expect(huge.report.records[0]?.finite).toBe(true);
  });

  it('divides norm and gradients by the loss scale', async () => {
    const arena = makeArena(1088, 3, 0.01);
    const scaled = { ...arena, gradients: arena.gradients.map((values) => values.map((value) => value * 1024)) };
    const expected = await trainOnGpu([arena], {});
    const actual = await trainOnGpu([scaled], { lossScale: 1024 });
    expect(actual.results).toEqual(expected.results);
    expect(actual.report.records.map(({ gradNorm }) => gradNorm)).toEqual(
      expected.report.records.map(({ gradNorm }) => gradNorm),
    );
  });

  it('gives the same bits on every run', async () => {
    const run = () => trainOnGpu([makeArena(70016, 3), makeArena(4096, 3, 1, 50)], {});
    expect(await run()).toEqual(await run());
  });

  it('equals torch.optim.AdamW with clip_grad_norm_', async () => {
    // Three updates of eight weights; torch 2.13, CPU, f32: AdamW(lr per update below, betas (0.9,
    // 0.999), eps 1e-8, weight_decay 0.01), clip_grad_norm_(1.0).
    const weights = new Float32Array(64);
    weights.set(torchCase.weights);
    const gradients = torchCase.gradients.map((values) => {
      const padded = new Float32Array(64);
      padded.set(values);
      return padded;
    });
    const { results, report } = await trainOnGpu([{ weights, gradients, groupIds: [0] }], {
      learningRates: torchCase.learningRates,
    });
    const { weights: updated, expAvg, expAvgSq } = results[0] as (typeof results)[number];
    expectClose(updated.subarray(0, 8), torchCase.updated, { roundings: 3 });
    expectClose(expAvg.subarray(0, 8), torchCase.expAvg, { roundings: 8, magnitude: 0.1 });
    expectClose(expAvgSq.subarray(0, 8), torchCase.expAvgSq, { roundings: 8 });
    expectClose(
      report.records.map(({ gradNorm }) => gradNorm),
      torchCase.norms,
      { roundings: 4 },
    );
    expect(updated.subarray(8).every((value) => value === 0)).toBe(true);
  });
});

describe('members', () => {
  /** Two members of 64 weights, of which the second takes part in some updates only. */
  async function trainMembers(takesPart: readonly boolean[], missed = 0, spoilt = -1) {
    const updates = takesPart.length;
    const arena = makeArena(128, updates);
    const state = createOptimizerState(gpu, { learningRates: rates(updates), groups, maxGradNorm: 0 });
    const members = new OptimizerMembers(gpu, [0, 1], [0, missed]);
    const ids = uploadIndices(gpu, [0, 1], 'ids');
    const array = (values: Float32Array) => uploadFloats(gpu, values, 'f32', 'array');
    const segment = {
      weights: array(arena.weights),
      gradients: array(arena.weights),
      expAvg: array(new Float32Array(128)),
      expAvgSq: array(new Float32Array(128)),
      groupIds: ids,
      memberIds: ids,
      length: 128,
    };
    for (const [update, second] of takesPart.entries()) {
      const gradients = arena.gradients[update] as Float32Array;
      gpu.write(segment.gradients, update === spoilt ? gradients.map(() => NaN) : gradients);
      members.setTakingPart([true, second]);
      optimizerUpdate(gpu, { state, segments: [segment], members });
      gpu.flush();
    }
    const weights = await readFloats(gpu, segment.weights, 128);
    const missedAtLast = (await gpu.read(members.missed)) as Uint32Array;
    for (const used of [segment.weights, segment.gradients, segment.expAvg, segment.expAvgSq, ids]) gpu.release(used);
    for (const owner of [state, members]) owner.dispose();
    return { arena, weights, missed: missedAtLast[1] };
  }

  it('that take no part stay, and count their own updates', async () => {
    const takesPart = [true, false, false, true, true, false];
    const { arena, weights, missed } = await trainMembers(takesPart);
    const expected = Float64Array.from(arena.weights.subarray(64));
    const moments = { expAvg: new Float64Array(64), expAvgSq: new Float64Array(64) };
    let own = 0;
    for (const [update, second] of takesPart.entries()) {
      if (!second) continue;
      adamWReference({
        weights: expected,
        gradients: (arena.gradients[update] as Float32Array).subarray(64),
        ...moments,
        update: (own += 1),
        learningRate: (rates(6)[update] as number) * 0.5,
        weightDecay: 0,
        betas: [0.9, 0.999],
        epsilon: 1e-8,
      });
    }
    expectClose(weights.subarray(64), expected, { roundings: 12, magnitude: 1 });
    expect(missed).toBe(3);
  });

  it('that all take part move as without members', async () => {
    const updates = 4;
    const { arena, weights } = await trainMembers(Array<boolean>(updates).fill(true));
    const { results } = await trainOnGpu([{ ...arena, groupIds: [0, 1] }], { maxGradNorm: 0 });
    expectClose(weights, results[0]?.weights as Float32Array, { roundings: 2 * updates, magnitude: 1 });
  });

  it('miss nothing in an update that is skipped for all', async () => {
    expect((await trainMembers([true, false, false], 0, 1)).missed).toBe(1);
  });

  it('refuse counts that do not fit', () => {
    expect(() => new OptimizerMembers(gpu, [], [])).toThrow(KernelArgumentError);
    expect(() => new OptimizerMembers(gpu, [0], [])).toThrow(/got 1 groups and 0 counts/);
  });
});

describe('an update that is not finite', () => {
  it('changes no weight, uses no row of the schedule, and is named', async () => {
    const good = makeArena(4096, 4);
    for (const [bad, gradNorm] of [
      [NaN, NaN],
      [Infinity, Infinity],
    ] as const) {
      const poisoned: Float32Array[] = [...good.gradients];
      const spoilt = normalNumbers(4096, 77);
      spoilt[4095] = bad;
      poisoned.splice(2, 0, spoilt);
      const learningRates = rates(4);
      const expected = await trainOnGpu([good], { learningRates });
      const { results, report } = await trainOnGpu([{ ...good, gradients: poisoned }], { learningRates });
      expect(results).toEqual(expected.results);
      expect(report).toMatchObject({ step: 4, attempted: 5, skipped: 1, firstSkipped: 3 });
      expect(report.records.map(({ finite, step }) => [finite, step])).toEqual([
        [true, 0],
        [true, 1],
        [false, 2],
        [true, 2],
        [true, 3],
      ]);
      expect(report.records[2]?.gradNorm).toBe(gradNorm);
    }
  });
});

it('every variant compiles', () =>
  compileOnNull((nullGpu) => {
    const array = (type: 'f32' | 'u32') => nullGpu.allocate(type, 128, 'array');
    const state = createOptimizerState(nullGpu, { learningRates: [1], groups });
    const members = new OptimizerMembers(nullGpu, [0], [0]);
    const segment = {
      weights: array('f32'),
      gradients: array('f32'),
      expAvg: array('f32'),
      expAvgSq: array('f32'),
      groupIds: array('u32'),
      length: 128,
    };
    optimizerUpdate(nullGpu, { state, segments: [segment, { ...segment, memberIds: array('u32') }], members });
  }));

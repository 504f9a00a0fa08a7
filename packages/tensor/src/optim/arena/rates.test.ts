import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice, openDevice } from '../../index.ts';
import type { Device } from '../../index.ts';
import { TensorError } from '../../errors.ts';
import { mul } from '../../functional/elementwise/binary.ts';
import { tensor } from '../../functional/creation/create.ts';
import { sum } from '../../functional/reductions/reductions.ts';
import { Parameter } from '../../nn/parameter/parameter.ts';
import { AdamW } from '../adamW.ts';
import { getScheduler } from '../schedules/getScheduler.ts';
import { ScheduleError } from '../schedules/schedules.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const parameter = (values: number[], on = device) =>
  new Parameter(Float32Array.from(values), { shape: [values.length], device: on });

function step(optimizer: AdamW, of: Parameter): Promise<void> {
  optimizer.zeroGrad();
  const loss = sum(mul(of, tensor([1, 2], { shape: [2], device })));
  loss.backward();
  optimizer.recordLoss(loss);
  return optimizer.step();
}

/** Weights after a step for each rate, the rates given by `change` or beforehand. */
async function train(rates: readonly number[], how: 'beforehand' | 'changed'): Promise<Float32Array> {
  using weight = parameter([1, 2]);
  using optimizer = new AdamW([weight], { lr: how === 'beforehand' ? Float64Array.from(rates) : 1, weightDecay: 0.1 });
  for (const lr of rates) {
    if (how === 'changed') optimizer.paramGroups[0]!.lr = lr;
    await step(optimizer, weight);
  }
  expect((await optimizer.records()).map(({ learningRate }) => learningRate)).toEqual(rates);
  return (await weight.data()) as Float32Array;
}

describe('the learning rate', () => {
  it('may be changed between steps', async () => {
    const rates = [0.1, 0.05, 0, 0.2, 0.2];
    const [changed, beforehand] = [await train(rates, 'changed'), await train(rates, 'beforehand')];
    expect(changed).toEqual(beforehand);
  });

  it('counts from the next update on after one that was skipped', async () => {
    using weight = parameter([1, 2]);
    using optimizer = new AdamW([weight], { lr: 0.1, weightDecay: 0.5 });
    const run = (factor: number) => {
      const loss = sum(mul(weight, tensor([factor, factor], { shape: [2], device })));
      loss.backward();
      void optimizer.step();
      optimizer.zeroGrad();
    };
    run(NaN);
    run(NaN);
    // A rate of 0 changes nothing, whatever the row of the update is.
    optimizer.paramGroups[0]!.lr = 0;
    run(1);
    expect(Array.from(await weight.data())).toEqual([1, 2]);
    optimizer.paramGroups[0]!.lr = 0.1;
    run(1);
    expect((await weight.data())[0]).toBeLessThan(0.95);
  });

  it('is that of the group', async () => {
    const [a, b] = [parameter([1, 2]), parameter([1, 2])];
    using optimizer = new AdamW(
      [
        { params: [a], lr: 0.1 },
        { params: [['b', b]], lr: 0.2, weightDecay: 0.5 },
      ],
      { lr: 7, weightDecay: 0 },
    );
    optimizer.zeroGrad();
    for (const weight of [a, b]) sum(mul(weight, tensor([1, 2], { shape: [2], device }))).backward();
    await optimizer.step();
    for (const [weight, expected] of [
      [a, [0.9, 1.9]],
      [b, [0.7, 1.6]],
    ] as const)
      for (const [index, value] of (await weight.data()).entries())
        expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-5);
    expect(optimizer.paramGroups.map(({ lr, weightDecay }) => [lr, weightDecay])).toEqual([
      [0.1, 0],
      [0.2, 0.5],
    ]);
  });

  it('stays right when the table of bias corrections grows', async () => {
    const [short, long] = [parameter([1, 2]), parameter([1, 2])];
    using first = new AdamW([short], { lr: 1e-3, firstStep: 3000 });
    using second = new AdamW([long], { lr: new Float64Array(3100).fill(1e-3), firstStep: 3000 });
    for (let update = 0; update < 1100; update++) {
      void step(first, short);
      if (update < 100) void step(second, long);
      if (update === 99) {
        const [a, b] = [await short.data(), await long.data()];
        for (const [index, value] of a.entries()) expect(Math.abs(value - b[index]!)).toBeLessThan(1e-6);
      }
    }
    expect((await short.data()).every(Number.isFinite)).toBe(true);
  });
});

describe('getScheduler with an optimizer', () => {
  it('sets the rates of its groups step by step', async () => {
    const [a, b] = [parameter([1, 2]), parameter([1, 2])];
    using optimizer = new AdamW([{ params: [a] }, { params: [b], lr: 1 }], { lr: 0.1 });
    const scheduler = getScheduler('linear', { optimizer, numWarmupSteps: 2, numTrainingSteps: 6 });
    const rates: number[] = [];
    for (let update = 0; update < 7; update++) {
      rates.push(optimizer.paramGroups[0]!.lr);
      expect(optimizer.paramGroups[1]!.lr).toBeCloseTo(10 * rates.at(-1)!, 12);
      expect(scheduler.getLastLr()[0]).toBe(rates.at(-1));
      await step(optimizer, a);
      scheduler.step();
    }
    expect(rates.map((rate) => Number(rate.toFixed(6)))).toEqual([0, 0.05, 0.1, 0.075, 0.05, 0.025, 0]);
    expect((await optimizer.records()).map(({ learningRate }) => learningRate)).toEqual(rates);
    const resumed = getScheduler('constant', { optimizer, numTrainingSteps: 1 });
    resumed.loadStateDict(scheduler.stateDict());
    expect(resumed.lastEpoch).toBe(7);
  });

  it('says what does not fit', () => {
    const a = parameter([1, 2]);
    using optimizer = new AdamW([a], { lr: Float64Array.of(1) });
    const options = { optimizer, numTrainingSteps: 6 };
    expect(() => getScheduler('linear', options)).toThrow(/rate of every update was given in advance/);
    expect(() => getScheduler('linear', { ...options, optimizer: 3 as never })).toThrow(ScheduleError);
    expect(() => getScheduler('linear', { ...options, baseLearningRate: 1 } as never)).toThrow(
      /leave baseLearningRate out/,
    );
    expect(() => getScheduler(undefined as never, undefined as never)).toThrow(/getScheduler: name must be one of/);
    expect(() => getScheduler('linear', undefined as never)).toThrow(/takes its options as an object/);
    expect(() => getScheduler('linear', { num_training_steps: 3 } as never)).toThrow(/it is called numTrainingSteps/);
  });
});

describe('new AdamW', () => {
  it.each([
    [
      [undefined],
      'params must be parameters, such as model.parameters() or model.namedParameters(), or groups { params, lr, weightDecay }; got undefined',
    ],
    [[[]], /no parameter was given/],
    [[[42]], /parameter 0 must be a Parameter, or a name and a Parameter; got 42/],
    [[[{ parameters: [] }]], /group 0 has no option parameters: it is called params/],
    [[[], { learningRate: 1 }], /no option learningRate: it is called lr/],
    [[[], { weight_decay: 1 }], /no option weight_decay; did you mean weightDecay\?/],
    [[[], { lr: -1 }], /lr must be a number of at least 0, or a Float64Array/],
    [[[], { betas: [1, 2] }], /betas must be two numbers/],
    [[[], { betas: [1, 0.9] }], /betas must be two numbers/],
    [[[], { maxGradNorm: -1 }], /maxGradNorm must be a number of at least 0; got -1/],
    [[[], { eps: NaN }], /eps must be a number of at least 0; got NaN/],
    [[[], { lr: new Float64Array() }], /lr must be a number of at least 0, or a Float64Array/],
    [[[], { lr: Float64Array.of(1, NaN) }], /lr must be a number of at least 0, or a Float64Array/],
    [[[], { firstStep: -1 }], /firstStep must be a whole number of at least 0; got -1/],
    [[[], { lossScale: 0 }], /lossScale must be a number above 0, or the options of a dynamic scale/],
    [[[], { lossScale: { initial: 0 } }], /lossScale: initial must be a number above 0; got 0/],
    [[[], { lossScale: { growthInterval: 0 } }], /lossScale: growthInterval must be a whole number of at least 1/],
    [[[], { lossScale: { growthFactor: 1 } }], /lossScale: growthFactor must be a number above 1; got 1/],
    [[[], { lossScale: { backoffFactor: 1 } }], /lossScale: backoffFactor must be a number above 0 and below 1; got 1/],
    [[[], { lossScale: { grwothFactor: 2 } }], /lossScale has no option grwothFactor; did you mean growthFactor/],
    [[[], 5], /takes its options as an object/],
  ])('refuses %j', (given, message) => {
    const make = () => new AdamW(...(given as unknown as [[]]));
    expect(make).toThrow(TensorError);
    expect(make).toThrow(message);
  });

  it('refuses what does not fit together', async () => {
    const a = parameter([1, 2]);
    expect(() => new AdamW([a, a])).toThrow(/is in the groups twice/);
    expect(
      () =>
        new AdamW([
          ['w', a],
          ['w', parameter([1])],
        ]),
    ).toThrow(/two parameters have the name w/);
    expect(() => new AdamW([{ params: [a], lr: 1 }], { lr: Float64Array.of(1) })).toThrow(
      /group 0 has an lr of its own/,
    );
    const frozen = parameter([1]);
    frozen.requiresGrad = false;
    expect(() => new AdamW([frozen])).toThrow(/all are frozen/);
    const other = await openDevice();
    expect(() => new AdamW([a, parameter([1], other)])).toThrow(/0 and 1 are on different devices/);
    other.destroy();
  });

  it('refuses use after dispose, and parameters that another took over', async () => {
    const a = parameter([1, 2]);
    const first = new AdamW([a]);
    const second = new AdamW([a]);
    expect(() => first.step()).toThrow(/another optimizer has taken the parameter 0 over/);
    first.dispose();
    expect(() => first.zeroGrad()).toThrow(/zeroGrad: this optimizer was disposed/);
    await step(second, a);
    second.dispose();
    expect((await a.data()).every(Number.isFinite)).toBe(true);
    expect(() => second.paramGroups[0]!.lr === 0 || (second.paramGroups[0]!.lr = NaN)).toThrow(/lr must be a number/);
  });
});

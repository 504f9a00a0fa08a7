import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import golden from '../../golden/training.json' with { type: 'json' };
import { autocast } from '../autograd/autocast.ts';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { StateDictError, TensorError } from '../errors.ts';
import { scale } from '../functional/elementwise/unary.ts';
import { cast } from '../functional/elementwise/cast.ts';
import { tensor } from '../functional/creation/create.ts';
import { crossEntropy } from '../functional/losses/classLosses.ts';
import { LayerNorm } from '../nn/layers/normalisation.ts';
import { Linear } from '../nn/layers/linear.ts';
import { Module } from '../nn/module/module.ts';
import { Parameter } from '../nn/parameter/parameter.ts';
import { Tensor } from '../tensor.ts';
import { AdamW } from './adamW.ts';
import type { AdamWOptions } from './adamWOptions.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

type Weights = Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>;

/** Linear, GELU, LayerNorm, Linear: names as torch's `Sequential` gives them. */
class Network extends Module {
  readonly '0': Linear;
  readonly '2': LayerNorm;
  readonly '3': Linear;

  constructor() {
    super();
    const parameter = (name: keyof typeof golden.weights) => {
      const { shape, data } = (golden.weights as Weights)[name]!;
      return new Parameter(Float32Array.from(data), { shape, device });
    };
    this['0'] = new Linear({ weight: parameter('0.weight'), bias: parameter('0.bias') });
    this['2'] = new LayerNorm({ weight: parameter('2.weight'), bias: parameter('2.bias'), eps: 1e-6 });
    this['3'] = new Linear({ weight: parameter('3.weight'), bias: parameter('3.bias') });
  }

  forward(x: Tensor): Tensor {
    return this['3'].forward(this['2'].forward(this['0'].forward(x, { activation: 'gelu' })));
  }
}

const decays = (name: string) => name.endsWith('weight') && !name.startsWith('2.');

function optimizerOf(network: Network, options: Partial<AdamWOptions> = {}): AdamW {
  const named = [...network.namedParameters()];
  return new AdamW(
    [
      { params: named.filter(([name]) => decays(name)), weightDecay: 0.1 },
      { params: named.filter(([name]) => !decays(name)), weightDecay: 0 },
    ],
    { lr: Float64Array.from(golden.rates), maxGradNorm: 0.5, ...options },
  );
}

function step(network: Network, optimizer: AdamW, factor = 1): void {
  device.scope(() => {
    const x = tensor(Float32Array.from(golden.x), { shape: [12, 6], device });
    const loss = scale(crossEntropy(network.forward(x), Int32Array.from(golden.y), { labelSmoothing: 0.1 }), factor);
    optimizer.recordLoss(loss);
    loss.backward();
  });
  optimizer.step();
  optimizer.zeroGrad();
}

describe('AdamW', () => {
  it('trains as torch does, step by step', async () => {
    using network = new Network();
    using optimizer = optimizerOf(network);
    for (let index = 0; index < golden.rates.length; index++) step(network, optimizer);
    const records = await optimizer.records();
    expect(records.map(({ update }) => update)).toEqual(golden.rates.map((_, index) => index + 1));
    for (const [index, { loss, gradNorm, learningRate, finite }] of records.entries()) {
      expect(finite).toBe(true);
      expect(Math.abs(loss - golden.losses[index]!)).toBeLessThan(2e-6);
      expect(Math.abs(gradNorm / golden.norms[index]! - 1)).toBeLessThan(1e-5);
      expect(learningRate).toBe(golden.rates[index]);
    }
    for (const [name, { data }] of await network.stateDict()) {
      for (const [index, value] of (golden.final as Record<string, number[]>)[name]!.entries()) {
        expect(Math.abs(data[index]! - value), `${name} ${index}`).toBeLessThan(1e-5);
      }
    }
  });

  it('gives the same bits twice, and its memory back', async () => {
    const run = async () => {
      using network = new Network();
      const { liveBytes } = device.memory;
      const optimizer = optimizerOf(network);
      const after: number[] = [];
      for (let index = 0; index < 6; index++) {
        step(network, optimizer);
        after.push(device.memory.liveBytes);
      }
      expect(new Set(after).size).toBe(1);
      optimizer.dispose();
      expect(device.memory.liveBytes).toBe(liveBytes);
      return network.stateDict();
    };
    const [first, second] = [await run(), await run()];
    expect(second).toEqual(first);
  });

  it('continues from saved weights and moments with the same bits', async () => {
    using whole = new Network();
    using through = optimizerOf(whole);
    for (let index = 0; index < 8; index++) step(whole, through);

    using network = new Network();
    const before = optimizerOf(network);
    for (let index = 0; index < 3; index++) step(network, before);
    const [weights, moments] = [await network.stateDict(), await before.stateDict()];
    expect([...moments.keys()]).toContain('exp_avg_sq.2.bias');
    before.dispose();
    using resumed = new Network();
    resumed.loadStateDict(weights);
    using after = optimizerOf(resumed, { firstStep: 3 });
    after.loadStateDict(moments);
    for (let index = 3; index < 8; index++) step(resumed, after);
    expect(await resumed.stateDict()).toEqual(await whole.stateDict());
  });

  it('skips an update that is not finite and reports which', async () => {
    using network = new Network();
    using optimizer = optimizerOf(network);
    step(network, optimizer);
    const good = await network.stateDict();
    step(network, optimizer, NaN);
    expect(await network.stateDict()).toEqual(good);
    step(network, optimizer);
    const records = await optimizer.records();
    expect(records.map(({ finite }) => finite)).toEqual([true, false, true]);
    // The skipped update used no row of the schedule up.
    expect(records.map(({ learningRate }) => learningRate)).toEqual([
      golden.rates[0],
      golden.rates[1],
      golden.rates[1],
    ]);
    expect(await optimizer.records()).toEqual([]);
  });

  const mixedPrecision = { fp16: true, lossScale: { initial: 65536 } };

  function mixedStep(network: Network, optimizer: AdamW, factor = 1): void {
    device.scope(() => {
      const x = tensor(Float32Array.from(golden.x), { shape: [12, 6], device });
      const loss = autocast(() =>
        scale(crossEntropy(network.forward(x), Int32Array.from(golden.y), { labelSmoothing: 0.1 }), factor),
      );
      optimizer.recordLoss(loss);
      loss.backward(optimizer.lossScale);
    });
    optimizer.step();
    optimizer.zeroGrad();
  }

  it('trains in mixed precision as in f32, to the rounding of f16', async () => {
    const run = async () => {
      using network = new Network();
      using optimizer = optimizerOf(network, mixedPrecision);
      for (let index = 0; index < golden.rates.length; index++) mixedStep(network, optimizer);
      const records = await optimizer.records();
      return { records, weights: await network.stateDict() };
    };
    const { records, weights } = await run();
    for (const [index, { loss, gradNorm, finite, lossScale }] of records.entries()) {
      expect(finite).toBe(true);
      expect(lossScale).toBe(65536);
      // Other bits than f32's, or nothing was computed in f16.
      expect(loss).not.toBe(golden.losses[index]);
      expect(Math.abs(loss - golden.losses[index]!)).toBeLessThan(2e-3);
      expect(Math.abs(gradNorm / golden.norms[index]! - 1)).toBeLessThan(2e-2);
    }
    expect(await run()).toEqual({ records, weights });
  });

  it('keeps its f16 copies equal to the weights', async () => {
    using network = new Network();
    using optimizer = optimizerOf(network, mixedPrecision);
    const matrix = network['0'].weight;
    const copied = async () => {
      const { fp16Array } = matrix;
      const half = new Tensor({ array: fp16Array!, shape: matrix.shape, device });
      using rounded = cast(matrix.detach(), 'f16');
      expect(await half.data()).toEqual(await rounded.data());
    };
    await copied();
    mixedStep(network, optimizer);
    await copied();
    matrix.setData(new Float32Array(matrix.size).fill(1 / 3));
    await copied();
    expect(network['2'].weight?.fp16Array).toBeNull();
    optimizer.dispose();
    expect(matrix.fp16Array).toBeNull();
  });

  it('skips an overflow in mixed precision, halves the scale and continues, without a wait', async () => {
    using network = new Network();
    using optimizer = optimizerOf(network, { fp16: true, lossScale: { initial: 2 ** 30, growthInterval: 3 } });
    for (let index = 0; index < 24; index++) mixedStep(network, optimizer);
    const records = await optimizer.records();
    const skipped = records.filter(({ finite }) => !finite);
    expect(skipped.length).toBeGreaterThan(2);
    expect(records[0]!.finite).toBe(false);
    expect(records.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    for (const [index, { finite, lossScale, step: row }] of records.entries()) {
      const after = records[index + 1];
      if (after && !finite) expect([after.lossScale, after.step]).toEqual([lossScale / 2, row]);
    }
    // It grows again until it overflows once more.
    const scales = records.filter(({ finite }) => finite).map(({ lossScale }) => lossScale);
    expect(Math.max(...scales)).toBeGreaterThan(Math.min(...scales));
    expect(records.at(-1)!.step).toBe(
      records.length - 1 - skipped.filter(({ update }) => update < records.length).length,
    );
    expect(await optimizer.scalerState()).toMatchObject({ growthTracker: expect.any(Number) });
  });

  it('takes a loss scale up where another left it', async () => {
    using network = new Network();
    using before = optimizerOf(network, { fp16: true, lossScale: { initial: 2 ** 12, growthInterval: 5 } });
    for (let index = 0; index < 3; index++) mixedStep(network, before);
    const scaler = await before.scalerState();
    expect(scaler).toEqual({ scale: 2 ** 12, growthTracker: 3 });
    const [weights, moments] = [await network.stateDict(), await before.stateDict()];
    const scales = async (optimizer: AdamW, of: Network) => {
      for (let index = 0; index < 3; index++) mixedStep(of, optimizer);
      return (await optimizer.records()).slice(-3).map(({ lossScale, step: row }) => [lossScale, row]);
    };
    using resumed = new Network();
    resumed.loadStateDict(weights);
    using after = optimizerOf(resumed, { fp16: true, lossScale: { initial: 2 ** 16, growthInterval: 5 } });
    after.loadStateDict(moments);
    after.loadScalerState(scaler);
    expect(await after.scalerState()).toEqual(scaler);
    const expected = [2 ** 12, 2 ** 12, 2 ** 13].map((size, index) => [size, 3 + index]);
    expect(await scales(after, resumed)).toEqual(expected);
    expect(await scales(before, network)).toEqual(expected);
    expect(await resumed.stateDict()).toEqual(await network.stateDict());
    expect(() => after.loadScalerState({ scale: 0, growthTracker: 1 })).toThrow(/scale must be/);
    using fixed = optimizerOf(new Network());
    fixed.loadScalerState(scaler);
    expect(fixed.lossScale).toBe(1);
  });

  it('says what does not fit', () => {
    using network = new Network();
    expect(() => new AdamW([])).toThrow(TensorError);
    using optimizer = optimizerOf(network);
    expect(() => optimizer.loadStateDict([])).toThrow(StateDictError);
    expect(() => network.loadStateDict([['0.weight', { shape: [1], data: new Float32Array(1) }]])).toThrow(
      /missing 0.bias/,
    );
    expect(() => network.loadStateDict([['0.weight', { shape: [1], data: new Float32Array(1) }]], false)).toThrow(
      /0.weight has the shape \[1\]; the module's has \[10, 6\]/,
    );
  });
});

afterEach(async () => {
  await device.idle();
});

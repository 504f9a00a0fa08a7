import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { add, mul } from '../../functional/elementwise/binary.ts';
import { tensor } from '../../functional/creation/create.ts';
import { sum } from '../../functional/reductions/reductions.ts';
import { Parameter } from '../../nn/parameter/parameter.ts';
import type { Tensor } from '../../tensor.ts';
import { AdamW } from '../adamW.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const parameter = (values: number[], requiresGrad = true) =>
  new Parameter(Float32Array.from(values), { shape: [values.length], device, requiresGrad });

const weights = () => tensor([1, 2], { shape: [2], device });

/**
 * torch.optim.AdamW of one weight: each entry of `gradients` is a step, null where `grad` is None.
 */
function torchAdamW(start: number, gradients: readonly (number | null)[], rates: readonly number[], decay: number) {
  let [weight, average, square, steps] = [start, 0, 0, 0];
  for (const [index, gradient] of gradients.entries()) {
    if (gradient === null) continue;
    const lr = rates[index] as number;
    steps += 1;
    weight *= 1 - lr * decay;
    average = 0.9 * average + 0.1 * gradient;
    square = 0.999 * square + 0.001 * gradient ** 2;
    const denominator = Math.sqrt(square) / Math.sqrt(1 - 0.999 ** steps) + 1e-8;
    weight -= (lr / (1 - 0.9 ** steps)) * (average / denominator);
  }
  return weight;
}

async function expectWeights(actual: Parameter, expected: readonly number[]) {
  for (const [index, value] of (await actual.data()).entries())
    expect(Math.abs(value - (expected[index] as number)), `weight ${index}`).toBeLessThan(2e-6);
}

/** One step of `optimizer` on the sum of `of` times 1 and 2. */
function step(optimizer: AdamW, of: readonly Tensor[]): void {
  optimizer.zeroGrad();
  device.scope(() => {
    const [first, ...others] = of as [Tensor, ...Tensor[]];
    sum(mul(others.reduce(add, first), weights())).backward();
  });
  void optimizer.step();
}

describe.each([
  ['a rate for every update', (updates: number) => Float64Array.from({ length: updates }, (_, row) => 0.1 / (row + 1))],
  ['a constant rate', () => 0.1],
] as const)('AdamW with %s', (_name, lrOf) => {
  const rates = (updates: number) =>
    Array.from({ length: updates }, (_, row) => {
      const lr = lrOf(updates);
      return typeof lr === 'number' ? lr : (lr[row] as number);
    });

  it('leaves a parameter that takes no part in the loss', async () => {
    const [a, b] = [parameter([1, 2]), parameter([3, 4])];
    using optimizer = new AdamW([a, b], { lr: lrOf(3), weightDecay: 0.1 });
    for (let update = 0; update < 3; update++) step(optimizer, [a]);
    expect([...(await b.data())]).toEqual([3, 4]);
    await expectWeights(
      a,
      [1, 2].map((start, index) => torchAdamW(start, Array(3).fill(index + 1), rates(3), 0.1)),
    );
  });

  it('leaves a parameter while it is frozen, which continues afterwards with its moments', async () => {
    const [a, b] = [parameter([1, 2]), parameter([3, 4])];
    using optimizer = new AdamW(
      [
        ['a', a],
        ['b', b],
      ],
      { lr: lrOf(5), weightDecay: 0.1 },
    );
    for (let update = 0; update < 5; update++) {
      b.requiresGrad = update < 1 || update > 2;
      step(optimizer, [a, b]);
    }
    const inPart = (index: number) => [index + 1, null, null, index + 1, index + 1];
    await expectWeights(
      b,
      [3, 4].map((start, index) => torchAdamW(start, inPart(index), rates(5), 0.1)),
    );
    await expectWeights(
      a,
      [1, 2].map((start, index) => torchAdamW(start, Array(5).fill(index + 1), rates(5), 0.1)),
    );
    const state = await optimizer.stateDict();
    expect([...state].filter(([name]) => name.startsWith('step')).map(([name, { data }]) => [name, ...data])).toEqual([
      ['step.a', 5],
      ['step.b', 3],
    ]);
  });

  it('trains a parameter that was frozen when the optimizer was made, once it is not', async () => {
    const [a, b] = [parameter([1, 2]), parameter([3, 4], false)];
    using optimizer = new AdamW([a, b], { lr: lrOf(4), weightDecay: 0.1 });
    for (let update = 0; update < 4; update++) {
      b.requiresGrad = update > 1;
      step(optimizer, [a, b]);
    }
    const inPart = (index: number) => [null, null, index + 1, index + 1];
    await expectWeights(
      b,
      [3, 4].map((start, index) => torchAdamW(start, inPart(index), rates(4), 0.1)),
    );
    await expectWeights(
      a,
      [1, 2].map((start, index) => torchAdamW(start, Array(4).fill(index + 1), rates(4), 0.1)),
    );
  });

  it('continues with loaded moments and steps as without a break', async () => {
    const run = async (breakAt: number) => {
      let [a, b] = [parameter([1, 2]), parameter([3, 4])];
      let optimizer = new AdamW([a, b], { lr: lrOf(6), weightDecay: 0.1 });
      for (let update = 0; update < 6; update++) {
        if (update === breakAt) {
          const [state, ofA, ofB] = [await optimizer.stateDict(), await a.data(), await b.data()];
          optimizer.dispose();
          [a, b] = [parameter([...ofA]), parameter([...ofB])];
          optimizer = new AdamW([a, b], { lr: lrOf(6), weightDecay: 0.1 });
          optimizer.loadStateDict(state);
        }
        step(optimizer, update === 1 ? [a] : [a, b]);
      }
      const result = [await a.data(), await b.data()];
      optimizer.dispose();
      return result;
    };
    expect(await run(3)).toEqual(await run(-1));
  });
});

it('a loaded state counts from its own start, also in an optimizer that had updates without gradients', async () => {
  const weight = parameter([3, 4]);
  using optimizer = new AdamW([['a', weight]], { lr: 0.1, weightDecay: 0.1 });
  void optimizer.step();
  step(optimizer, [weight]);
  optimizer.loadStateDict(await optimizer.stateDict());
  step(optimizer, [weight]);
  step(optimizer, [weight]);
  const rates = [0.1, 0.1, 0.1];
  await expectWeights(weight, [torchAdamW(3, [1, 1, 1], rates, 0.1), torchAdamW(4, [2, 2, 2], rates, 0.1)]);
});

describe('gradients', () => {
  it('are none until a backward pass brings one', () => {
    const [a, b] = [parameter([1, 2]), parameter([3, 4])];
    using optimizer = new AdamW([a, b]);
    step(optimizer, [a]);
    expect([a.grad !== null, b.grad]).toEqual([true, null]);
    optimizer.zeroGrad();
    expect([a.grad, b.grad]).toEqual([null, null]);
  });

  it('that came before the optimizer are used by it', async () => {
    const a = parameter([1, 2]);
    device.scope(() => sum(mul(a, weights())).backward());
    using optimizer = new AdamW([a], { lr: 0.1, weightDecay: 0 });
    await optimizer.step();
    await expectWeights(
      a,
      [1, 2].map((start, index) => torchAdamW(start, [index + 1], [0.1], 0)),
    );
  });

  it('are cleared one by one too', async () => {
    const [a, b] = [parameter([1, 2]), parameter([3, 4])];
    using optimizer = new AdamW([a, b], { lr: 0.1 });
    device.scope(() => sum(mul(add(a, b), weights())).backward());
    b.clearGrad();
    await optimizer.step();
    expect([...(await b.data())]).toEqual([3, 4]);
  });
});

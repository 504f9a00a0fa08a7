import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { add, mul } from '../functional/elementwise/binary.ts';
import { tensor } from '../functional/creation/create.ts';
import { layerNorm } from '../functional/normalisation/layerNorm.ts';
import { linear } from '../functional/products/linear.ts';
import { reshape } from '../functional/movement/movement.ts';
import { sum } from '../functional/reductions/reductions.ts';
import { tanh } from '../functional/elementwise/activations.ts';
import { LayerNorm } from '../nn/layers/normalisation.ts';
import { Linear } from '../nn/layers/linear.ts';
import { Module } from '../nn/module/module.ts';
import { Parameter } from '../nn/parameter/parameter.ts';
import { AdamW } from '../optim/adamW.ts';
import type { Tensor } from '../tensor.ts';
import { collectGarbage } from '../testing/collectGarbage.ts';
import { noGrad } from './gradMode.ts';
import { tidy } from './tidy.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const width = 64;
const numbers = (length: number) => Float32Array.from({ length }, (_, index) => Math.sin(index + 1));

/** A layer, its norm and a product: operations that keep something for the backward pass. */
class Network extends Module {
  readonly linear: Linear;
  readonly norm: LayerNorm;
  readonly #tidies: boolean;

  constructor({ tidies = true }: { readonly tidies?: boolean } = {}) {
    super();
    const parameter = (shape: number[]) => new Parameter(numbers(shape.reduce((a, b) => a * b, 1)), { shape, device });
    this.linear = new Linear({ weight: parameter([width, width]), bias: parameter([width]) });
    this.norm = new LayerNorm({ weight: parameter([width]), bias: parameter([width]) });
    this.#tidies = tidies;
  }

  forward(x: Tensor): { loss: Tensor; hidden: Tensor } {
    const compute = () => {
      const hidden = this.norm.forward(this.linear.forward(x, { activation: 'gelu' }), { residual: x });
      const squared = mul(reshape(hidden, [hidden.size / 32, 32]), reshape(hidden, [hidden.size / 32, 32]));
      return { loss: sum(tanh(squared)), hidden };
    };
    return this.#tidies ? tidy(device, compute) : compute();
  }
}

const input = (rows = 8) => tensor(numbers(rows * width), { shape: [rows, width], device });

describe('tidy', () => {
  it('releases all but what is returned, at once under noGrad', () => {
    using network = new Network();
    using x = input();
    const { liveArrays } = device.memory;
    const { loss, hidden } = noGrad(() => network.forward(x));
    expect(device.memory.liveArrays - liveArrays).toBe(2);
    for (const kept of [loss, hidden]) kept.dispose();
    expect(device.memory.liveArrays).toBe(liveArrays);
  });

  it('releases the rest as the backward pass goes through it', async () => {
    using network = new Network();
    using x = input();
    for (const parameter of network.parameters()) parameter.ensureGradArray();
    const { liveArrays } = device.memory;
    const { loss, hidden } = network.forward(x);
    expect(device.memory.liveArrays - liveArrays).toBeGreaterThan(5);
    loss.backward();
    expect(device.memory.liveArrays - liveArrays).toBe(2);
    expect((await hidden.data()).every(Number.isFinite)).toBe(true);
    for (const kept of [loss, hidden]) kept.dispose();
  });

  it('changes no bit', async () => {
    const gradients = async (tidies: boolean) => {
      using network = new Network({ tidies });
      using x = input();
      const { loss, hidden } = network.forward(x);
      loss.backward();
      const results = [await loss.data(), await hidden.data()];
      for (const parameter of network.parameters()) results.push(await parameter.grad!.data());
      return results;
    };
    expect(await gradients(true)).toEqual(await gradients(false));
  });

  it('leaves a branch that no pass has visited', async () => {
    using weight = new Parameter(numbers(width * width), { shape: [width, width], device });
    using x = input();
    const [first, second] = tidy(
      device,
      () => [sum(tanh(linear(x, weight))), sum(mul(tanh(linear(x, weight)), x))] as const,
    );
    first.backward();
    const once = await weight.grad!.data();
    second.backward();
    const twice = await weight.grad!.data();
    expect(twice).not.toEqual(once);
    expect(twice.every(Number.isFinite)).toBe(true);
  });

  it('releases a graph that is dropped without a pass', async () => {
    using network = new Network();
    using x = input();
    await collectGarbage(() => true);
    const { liveArrays } = device.memory;
    (() => void network.forward(x))();
    expect(device.memory.liveArrays).toBeGreaterThan(liveArrays);
    await collectGarbage(() => device.memory.liveArrays <= liveArrays);
    // What other tests have left may be collected too.
    expect(device.memory.liveArrays).toBeLessThanOrEqual(liveArrays);
  });
});

describe('a loop without scopes', () => {
  /** Most bytes in use above the first step, over many steps. */
  async function growth(steps: number, step: () => Promise<unknown>): Promise<number> {
    await step();
    const before = device.memory.liveBytes;
    let most = 0;
    for (let index = 0; index < steps; index++) {
      await step();
      most = Math.max(most, device.memory.liveBytes - before);
    }
    return most;
  }

  const rows = 4096;
  /** One result of a step. */
  const resultBytes = 4 * rows * width;

  it.each([
    ['with tidy', true, 4 * resultBytes * 12],
    ['without', false, 128 * 2 ** 20],
  ])('stays flat: training %s', async (_name, tidies, bound) => {
    using network = new Network({ tidies });
    using optimizer = new AdamW(network.parameters(), { lr: 1e-3 });
    const x = input(rows);
    const most = await growth(40, async () => {
      network.forward(x).loss.backward();
      await optimizer.step();
      optimizer.zeroGrad();
    });
    expect(most).toBeLessThan(bound);
  });

  it('stays flat: evaluation without tidy', async () => {
    using network = new Network({ tidies: false });
    const x = input(rows);
    const most = await growth(40, () => noGrad(() => network.forward(x)).loss.data());
    expect(most).toBeLessThan(128 * 2 ** 20);
  });
});

it('models and optimizers that are dropped give their memory back', async () => {
  await collectGarbage(() => true);
  const { liveBytes } = device.memory;
  const trainOne = async () => {
    const network = new Network();
    const optimizer = new AdamW(network.parameters(), { lr: 1e-3 });
    network.forward(input()).loss.backward();
    await optimizer.step();
  };
  for (let index = 0; index < 6; index++) await trainOne();
  await collectGarbage(() => device.memory.liveBytes <= liveBytes);
  expect(device.memory.liveBytes).toBeLessThanOrEqual(liveBytes);
});

describe('a tensor that shares memory', () => {
  it('holds it together with the others', async () => {
    const x = input();
    const [folded, detached] = [reshape(x, [4, 128]), x.detach()];
    const { liveArrays } = device.memory;
    x.dispose();
    folded.dispose();
    expect([x.disposed, detached.disposed, device.memory.liveArrays]).toEqual([true, false, liveArrays]);
    expect((await detached.data())[0]).toBeCloseTo(Math.sin(1), 6);
    detached.dispose();
    detached.dispose();
    expect(device.memory.liveArrays).toBe(liveArrays - 1);
  });

  it('says that its memory was released', () => {
    using network = new Network();
    const x = input();
    const inScope = device.scope(() => tanh(x));
    x.dispose();
    expect(() => tanh(x)).toThrow("this tensor's memory was released: tensor, [8, 64]. That happens by dispose()");
    expect(() => tanh(inScope)).toThrow(
      "this tensor's memory was released: tanh, [8, 64]. That happens by dispose() or using, at the end of the device.scope",
    );
    network.dispose();
    expect(() => linear(input(), network.linear.weight)).toThrow(
      /this parameter's memory was released: \[64, 64\]. Its model was disposed/,
    );
    expect(() => layerNorm(input(), network.norm.weight!, network.norm.bias!)).toThrow(/model was disposed/);
  });
});

describe('who keeps what after a backward pass keeps that alone', () => {
  const keepers: Readonly<Record<string, (kept: Tensor | null, result: { loss: Tensor; hidden: Tensor }) => Tensor>> = {
    'the loss': (_, { loss }) => loss,
    'the sum of losses': (kept, { loss }) => (kept ? add(kept, loss) : loss),
    'a result': (_, { hidden }) => hidden,
  };

  it.each(Object.entries(keepers))('%s', async (_, keep) => {
    using network = new Network({ tidies: false });
    const steps = 6;
    const all: Tensor[] = [];
    const step = () => {
      const result = network.forward(input());
      result.loss.backward();
      all.push(keep(all.at(-1) ?? null, result));
    };
    step();
    const count = () => device.memory.liveArrays;
    await collectGarbage(() => false);
    const before = count();
    for (let number = 1; number < steps; number++) step();
    // One array of each step: a loss and its sum are two.
    const most = before + 2 * steps;
    await collectGarbage(() => count() <= most);
    expect(count()).toBeLessThanOrEqual(most);
    expect(all).toHaveLength(steps);
    for (const kept of all) kept.dispose();
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import * as attune from '../index.ts';
import type { Tensor } from '../index.ts';

let device: attune.Device;
beforeAll(async () => {
  device = await attune.defaultDevice();
});

const { autocast, checkpoint, Linear, LayerNorm, Module, Parameter, tensor } = attune;
const width = 64;
const numbers = (length: number, first = 1) => Float32Array.from({ length }, (_, index) => Math.sin(index + first));

/** A layer as BERT has them: a product with its activation, dropout, residual and norm. */
class Layer extends Module {
  readonly dense: attune.Linear;
  readonly norm: attune.LayerNorm;
  readonly dropout: attune.Dropout;
  readonly #key: attune.RandomKey;

  constructor(index: number) {
    super();
    const parameter = (shape: number[], first: number) =>
      new Parameter(
        numbers(
          shape.reduce((a, b) => a * b, 1),
          first,
        ),
        { shape, device },
      );
    this.dense = new Linear({ weight: parameter([width, width], index), bias: parameter([width], index + 2) });
    this.norm = new LayerNorm({ weight: parameter([width], index + 3), bias: parameter([width], index + 4) });
    this.dropout = new attune.Dropout({ p: 0.3, site: index });
    const u32 = (values: number[]) => tensor(Uint32Array.from(values), { shape: [values.length], device });
    this.#key = { state: u32([7, 1, 0, 0]), tokenKeys: u32(Array.from({ length: 8 }, (_, row) => row)) };
  }

  forward(hidden: Tensor): Tensor {
    return this.norm.forward(this.dense.forward(hidden, { activation: 'gelu' }), {
      residual: hidden,
      dropout: this.dropout.options(this.#key),
    });
  }
}

class Network extends Module {
  readonly layers = [0, 1, 2, 3].map((index) => new Layer(index));
  readonly #run: (layer: Layer, hidden: Tensor) => Tensor;

  constructor(run: (layer: Layer, hidden: Tensor) => Tensor) {
    super();
    this.#run = run;
  }

  forward(x: Tensor): Tensor {
    return attune.mean(attune.square(this.layers.reduce((hidden, layer) => this.#run(layer, hidden), x)));
  }
}

const plainly = (layer: Layer, hidden: Tensor) => layer.forward(hidden);
const again = (layer: Layer, hidden: Tensor) => checkpoint((given: Tensor) => layer.forward(given), hidden);
const input = (options: attune.CreateOptions = {}) =>
  tensor(numbers(8 * width), { shape: [8, width], device, ...options });

async function gradientsOf(tensors: Iterable<Tensor>): Promise<number[][]> {
  return Promise.all(Array.from(tensors, async ({ grad }) => [...((await grad?.data()) ?? [])]));
}

/** Loss and gradients of two backward passes whose gradients add up. */
async function twoPasses(run: (layer: Layer, hidden: Tensor) => Tensor, mixed: boolean) {
  using network = new Network(run);
  using optimizer = new attune.AdamW(network.parameters(), { lr: 1e-2, fp16: mixed });
  using x = input({ requiresGrad: true });
  const losses: number[] = [];
  for (let pass = 0; pass < 2; pass++) {
    const loss = device.scope(() => {
      const value = mixed ? autocast(() => network.forward(x)) : network.forward(x);
      value.backward(1024, { releaseResults: true });
      device.retain(value.array);
      return value;
    });
    losses.push(await loss.item());
    loss.dispose();
  }
  const gradients = await gradientsOf([x, ...network.parameters()]);
  await optimizer.step();
  const weights = await Promise.all([...network.parameters()].map(async (each) => [...(await each.data())]));
  return { losses, gradients, weights };
}

describe('checkpoint', () => {
  it.each([false, true])('has the bits of the plain computation; in mixed precision: %s', async (mixed) => {
    const plain = await twoPasses(plainly, mixed);
    expect(plain.gradients.flat().every(Number.isFinite)).toBe(true);
    expect(plain.gradients.flat().some((value) => value !== 0)).toBe(true);
    expect(await twoPasses(again, mixed)).toEqual(plain);
  });

  it('needs less memory at its peak, and leaves none', () => {
    const peakOf = (run: (layer: Layer, hidden: Tensor) => Tensor) => {
      using network = new Network(run);
      using x = input();
      for (const parameter of network.parameters()) parameter.ensureGradArray();
      const { liveBytes } = device.memory;
      device.resetPeakMemory();
      device.scope(() => network.forward(x).backward(1, { releaseResults: true }));
      expect(device.memory.liveBytes).toBe(liveBytes);
      return device.memory.peakBytes - liveBytes;
    };
    expect(peakOf(again)).toBeLessThan(0.75 * peakOf(plainly));
  });

  it('leaves nothing in a loop without scopes', () => {
    using network = new Network(again);
    using x = input();
    for (const parameter of network.parameters()) parameter.ensureGradArray();
    const { liveArrays } = device.memory;
    const loss = attune.tidy(device, () => network.forward(x));
    loss.backward();
    loss.dispose();
    expect(device.memory.liveArrays).toBe(liveArrays);
  });

  it('passes gradients to all that the function reads, by several results, nested', async () => {
    const gradients = async (wrap: (fn: (...given: Tensor[]) => Tensor[], ...given: Tensor[]) => readonly Tensor[]) => {
      const [a, b, c] = [1, 2, 3].map((first) => tensor(numbers(6, first), { shape: [2, 3], requiresGrad: true })) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      const outside = attune.exp(c);
      outside.retainGrad();
      const [first, second, unread] = wrap((x) => {
        const inner = wrap((y) => [attune.mul(y!, outside), attune.reshape(attune.sin(y!), [6])], attune.tanh(x!));
        return [attune.mul(inner[0]!, b), inner[1]!, attune.cos(x!), x!];
      }, attune.square(a)) as [Tensor, Tensor, Tensor, Tensor];
      expect(unread.requiresGrad).toBe(true);
      first.retainGrad();
      second.retainGrad();
      second.registerHook((gradient) => attune.mul(gradient, 3));
      b.registerHook((gradient) => attune.neg(gradient));
      // The outer result is read again beside: its gradients add up in the same order.
      attune.add(attune.sum(attune.mul(first, outside)), attune.sum(attune.exp(second))).backward();
      return gradientsOf([a, b, c, outside, first, second]);
    };
    const plain = await gradients((fn, ...given) => fn(...given));
    expect(plain.every((each) => each.length === 6)).toBe(true);
    expect(await gradients((fn, ...given) => checkpoint(fn, ...given))).toEqual(plain);
  });

  it('takes the gradient of what it gave last, and a tensor as that', async () => {
    const x = tensor([1, 2], { requiresGrad: true });
    checkpoint((given: Tensor) => attune.sum(attune.square(given)), x).backward();
    const upstream = tensor([3, 4]);
    checkpoint((given: Tensor) => attune.square(given), x).backward(upstream);
    expect(await x.grad?.toArray()).toEqual([2 + 6, 4 + 16]);
    expect(await upstream.toArray()).toEqual([3, 4]);
  });

  it('draws the same numbers again', async () => {
    const gradient = async (wrap: (fn: (given: Tensor) => Tensor, given: Tensor) => Tensor) => {
      attune.setSeed(5);
      const x = tensor([1, 2, 3], { requiresGrad: true });
      const y = wrap((given) => attune.mul(given, attune.rand([3])), x);
      const next = await attune.rand([2]).toArray();
      const loss = attune.sum(y);
      attune.noGrad(() => loss.backward());
      return [await x.grad?.toArray(), next, await attune.rand([2]).toArray()];
    };
    const plain = await gradient((fn, given) => fn(given));
    expect(await gradient((fn, given) => checkpoint(fn, given))).toEqual(plain);
  });

  it('keeps nothing where nothing is learned', () => {
    const x = tensor([1, 2]);
    expect(checkpoint((given: Tensor) => attune.exp(given), x).requiresGrad).toBe(false);
    const leaf = tensor([1, 2], { requiresGrad: true });
    expect(attune.noGrad(() => checkpoint((given: Tensor) => attune.exp(given), leaf)).requiresGrad).toBe(false);
    expect(checkpoint((given: Tensor) => given, leaf)).toBe(leaf);
  });

  it('says what is wrong', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const giving = (fn: unknown) => () => checkpoint(fn as (given: Tensor) => Tensor, x);
    expect(giving(3)).toThrow(/checkpoint: fn must be a function; got 3/);
    expect(giving(async () => x)).toThrow(/async function/);
    expect(() => checkpoint(() => attune.exp(x))).toThrow(/pass at least one tensor after the function/);
    expect(giving(() => 5)).toThrow(/must give a tensor or an array of tensors; got 5/);
    let calls = 0;
    const changing = (given: Tensor) => (calls++ > 0 ? attune.sum(given) : attune.exp(given));
    expect(() => attune.sum(checkpoint(changing, x)).backward()).toThrow(
      /the function gave \[2\], and \[\] when it was called again for its gradients/,
    );
    const loss = attune.sum(checkpoint((given: Tensor) => attune.exp(given), x));
    loss.backward();
    expect(() => loss.backward()).toThrow(/were released by another backward\(\)/);
  });
});

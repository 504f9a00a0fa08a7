import { openDevice } from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { autocast } from '../../autograd/autocast.ts';
import { checkpoint } from '../../autograd/checkpoint.ts';
import { noGrad } from '../../autograd/gradMode.ts';
import type { Device } from '../../device.ts';
import { cast } from '../../functional/elementwise/cast.ts';
import { tensor } from '../../functional/creation/create.ts';
import { sum } from '../../functional/reductions/reductions.ts';
import { tanh } from '../../functional/elementwise/activations.ts';
import { AdamW } from '../../optim/adamW.ts';
import type { AdamWOptions } from '../../optim/adamWOptions.ts';
import { Tensor } from '../../tensor.ts';
import { collectGarbage } from '../../testing/collectGarbage.ts';
import { withHalves } from './halfWeights.ts';
import { Linear } from '../layers/linear.ts';
import { Module } from '../module/module.ts';
import { Parameter } from './parameter.ts';

let device: Device;
let made: GpuArray[];
/** Segments whose f16 copies have memory. */
const copies = () => made.filter(({ released }) => !released).length;

beforeEach(async () => {
  device = await openDevice();
  made = [];
  const allocate = device.allocate.bind(device);
  device.allocate = (elementType, length, label, exact) => {
    const array = allocate(elementType, length, label, exact);
    if (elementType === 'f16' && label.startsWith('f16 weights')) made.push(array);
    return array;
  };
});
afterEach(() => device.destroy());

const width = 64;
const numbers = (length: number) => Float32Array.from({ length }, (_, index) => Math.sin(index + 1) / 8);

/** Three layers, each of whose weights fills a segment. */
class Network extends Module {
  readonly layers = Array.from(
    { length: 3 },
    () => new Linear({ weight: new Parameter(numbers(width * width), { shape: [width, width], device }) }),
  );

  /** @param again whether every layer is computed again in the backward pass */
  forward(x: Tensor, { again = false, seen = (_hidden: Tensor): void => {} } = {}): Tensor {
    let hidden = x;
    for (const layer of this.layers) {
      const compute = (given: Tensor) => tanh(layer.forward(given));
      hidden = again ? checkpoint(compute, hidden) : compute(hidden);
      seen(hidden);
    }
    return sum(hidden);
  }
}

interface Training {
  readonly network: Network;
  readonly optimizer: AdamW;
  readonly x: Tensor;
}

function startTraining(options: Partial<AdamWOptions> = {}): Training {
  const { info } = device;
  const limits = { ...info.limits, maxStorageBufferBindingSize: 4 * width * width };
  Object.assign(device, { info: { ...info, limits } });
  const network = new Network();
  const optimizer = new AdamW(network.parameters(), { lr: 1e-3, fp16: true, ...options });
  return { network, optimizer, x: tensor(numbers(8 * width), { shape: [8, width], device }) };
}

function update({ optimizer }: Training): void {
  void optimizer.step();
  optimizer.zeroGrad();
}

/** Copies are their weights, rounded. */
async function expectCopied({ layers }: Network): Promise<void> {
  for (const { weight } of layers) {
    using rounded = cast(weight.detach(), 'f16');
    const copy = new Tensor({ array: weight.fp16Array as GpuArray, shape: weight.shape, device });
    expect(await copy.data()).toEqual(await rounded.data());
  }
}

it.each([false, true])('have memory from the first read until the last backward pass, computed again: %s', (again) => {
  const training = startTraining();
  const { network, x } = training;
  for (let step = 1; step <= 3; step++) {
    expect(copies()).toBe(0);
    const during: number[] = [];
    device.scope(() => {
      const seen = (hidden: Tensor) => void hidden.registerHook(() => void during.push(copies()));
      const loss = autocast(() => network.forward(x, { again, seen }));
      expect(copies()).toBe(3);
      loss.backward();
    });
    // Made once a step, they go one by one.
    expect(during).toEqual([3, 2, 1]);
    expect([copies(), made.length]).toEqual([0, 3 * step]);
    update(training);
  }
});

it('are made again for other weights, and for none besides', async () => {
  const training = startTraining();
  const { network, x } = training;
  const read = () => noGrad(() => device.scope(() => void autocast(() => network.forward(x))));
  read();
  read();
  await expectCopied(network);
  expect(made.length).toBe(3);
  const [first, second] = network.layers as [Linear, Linear];
  first.weight.setData(numbers(width * width).fill(1 / 3));
  second.weight.copyFrom(first.weight);
  await expectCopied(network);
  expect([made.length, copies()]).toEqual([5, 3]);
  network.loadStateDict(await network.stateDict());
  expect(copies()).toBe(0);
  device.scope(() => autocast(() => network.forward(x)).backward());
  update(training);
  await expectCopied(network);
});

it('stay for passes that add to gradients, until the update', async () => {
  const passes = async (scopes: boolean) => {
    const training = startTraining();
    const { network, x } = training;
    const live: number[] = [];
    const before = made.length;
    for (let step = 0; step < 2; step++) {
      for (let pass = 0; pass < 4; pass++) {
        const record = () => autocast(() => network.forward(x)).backward();
        if (scopes) device.scope(record);
        else record();
        live.push(copies());
      }
      update(training);
      live.push(copies());
    }
    expect(live).toEqual([0, 3, 3, 3, 0, 0, 3, 3, 3, 0]);
    expect(made.length - before).toBe(2 * 2 * 3);
    return Promise.all(network.layers.map(async ({ weight }) => [...(await weight.data())]));
  };
  expect(await passes(true)).toEqual(await passes(false));
});

it('need not stay where gradients are let go between the passes', () => {
  const training = startTraining();
  const { network, optimizer, x } = training;
  const live: number[] = [];
  for (let step = 0; step < 3; step++) {
    const loss = autocast(() => network.forward(x));
    optimizer.zeroGrad();
    loss.backward();
    live.push(copies());
    void optimizer.step();
  }
  expect(live).toEqual([0, 0, 0]);
});

it('are those of their own forward pass, whatever other passes and updates do', async () => {
  const training = startTraining();
  const { network, x } = training;
  const record = () => autocast(() => network.forward(x));
  const gradients = () => Promise.all(network.layers.map(async ({ weight }) => [...(await weight.grad!.data())]));
  record().backward();
  const expected = await gradients();
  training.optimizer.zeroGrad();
  const [first, second] = [record(), record()];
  first.backward();
  expect([copies(), made.length]).toEqual([3, 6]);
  expect(await gradients()).toEqual(expected);
  update(training);
  record().backward();
  expect(await gradients()).not.toEqual(expected);
  expect(copies()).toBe(3);
  training.optimizer.zeroGrad();
  second.backward();
  expect(copies()).toBe(0);
});

it('go with a graph that is dropped, after the next update', async () => {
  const training = startTraining();
  const { network, x } = training;
  (() => void autocast(() => network.forward(x)))();
  (() => void autocast(() => network.forward(x, { again: true })))();
  expect(copies()).toBe(3);
  device.scope(() => autocast(() => network.forward(x)).backward());
  update(training);
  const { liveBytes } = device.memory;
  made = [];
  const bytes = 3 * 2 * width * width;
  await collectGarbage(() => device.memory.liveBytes <= liveBytes - bytes);
  expect(device.memory.liveBytes).toBeLessThanOrEqual(liveBytes - bytes);
  device.scope(() => autocast(() => network.forward(x)).backward());
  expect(copies()).toBe(0);
});

it('go with the optimizer, and leave nothing of what is only prepared', async () => {
  const { liveBytes } = device.memory;
  const training = startTraining();
  const { network, optimizer, x } = training;
  await device.prepare(() => {
    autocast(() => network.forward(x));
    autocast(() => network.forward(x)).backward();
    update(training);
    autocast(() => network.forward(x));
  });
  expect(copies()).toBe(0);
  await expectCopied(network);
  optimizer.dispose();
  expect(network.layers.map(({ weight }) => weight.fp16Array)).toEqual([null, null, null]);
  network.dispose();
  x.dispose();
  expect([copies(), device.memory.liveBytes]).toEqual([0, liveBytes]);
});

it('are there for an evaluation without an optimizer', async () => {
  const network = new Network();
  const x = tensor(numbers(8 * width), { shape: [8, width], device });
  const run = () => noGrad(() => autocast(() => network.forward(x)));
  const mixed = await withHalves(network, async () => {
    await expectCopied(network);
    using result = run();
    expect([copies(), made.length]).toEqual([3, 3]);
    return result.item();
  });
  expect(copies()).toBe(0);
  using single = run();
  expect(single.dtype).toBe('f32');
  expect(await single.item()).not.toBe(mixed);
});

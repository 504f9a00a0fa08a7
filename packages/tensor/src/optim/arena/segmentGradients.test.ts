import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadVariants, openDevice } from '@attune/kernels';
import { autocast } from '../../autograd/autocast.ts';
import type { Device } from '../../device.ts';
import { mul } from '../../functional/elementwise/binary.ts';
import { linear } from '../../functional/products/linear.ts';
import { sum } from '../../functional/reductions/reductions.ts';
import { Parameter } from '../../nn/parameter/parameter.ts';
import { Tensor } from '../../tensor.ts';
import { AdamW } from '../adamW.ts';

let device: Device;
beforeEach(async () => {
  device = await openDevice();
});
afterEach(() => device.destroy());

const width = 64;
const weightBytes = 4 * width * width;
const matrix = () => new Parameter(new Float32Array(width * width).fill(0.1), { shape: [width, width], device });

/** The sum of what layers without biases give, one after the other, for as many rows. */
function lossOf(layers: readonly Parameter[], rows: number): Tensor {
  let output = new Tensor({
    array: device.upload(new Float32Array(rows * width).fill(0.1), 'f32', 'x'),
    shape: [rows, width],
    device,
  });
  for (const weight of layers) output = linear(output, weight);
  return sum(output);
}

it('gradients take memory from the first of a step until zeroGrad, and no longer', async () => {
  const weights = [matrix(), matrix()];
  using optimizer = new AdamW(weights, { lr: 0.1 });
  const { liveBytes } = device.memory;
  for (let step = 0; step < 3; step++) {
    expect(device.memory.liveBytes).toBe(liveBytes);
    device.scope(() => lossOf(weights, 8).backward(1, { releaseResults: true }));
    expect(device.memory.liveBytes).toBe(liveBytes + 2 * weightBytes);
    await optimizer.step();
    expect(weights.every(({ hasGrad }) => hasGrad)).toBe(true);
    optimizer.zeroGrad();
  }
  expect(weights.map(({ grad }) => grad)).toEqual([null, null]);
});

it('results of the forward pass go before the gradients of the first layers come', () => {
  // Three matrices to a segment.
  const { info } = device;
  Object.assign(device, {
    info: { ...info, limits: { ...info.limits, maxStorageBufferBindingSize: 3 * weightBytes } },
  });
  const weights = Array.from({ length: 12 }, matrix);
  using optimizer = new AdamW(weights, { lr: 0.1 });
  const rows = 256;
  const resultBytes = 4 * rows * width;
  const { liveBytes } = device.memory;
  device.resetPeakMemory();
  device.scope(() => lossOf(weights, rows).backward(1, { releaseResults: true }));
  const peak = device.memory.peakBytes - liveBytes;
  // What the layers begin with and give, gradients of two results, and those of the last weights.
  expect(peak).toBeGreaterThanOrEqual(13 * resultBytes);
  expect(peak).toBeLessThan(15 * resultBytes + 3 * weightBytes + 1024);
  optimizer.zeroGrad();
});

it('on GPUs the gradients of a long parameter take no memory before its first comes', async () => {
  await loadVariants();
  Object.assign(device, { profile: { ...device.profile, software: false } });
  const embedding = new Parameter(new Float32Array(2 ** 24 + width), { shape: [2 ** 18 + 1, width], device });
  const weight = matrix();
  using optimizer = new AdamW([embedding, weight], { lr: 0.1 });
  const { liveBytes } = device.memory;
  device.scope(() => lossOf([weight], 8).backward(1, { releaseResults: true }));
  expect(device.memory.liveBytes).toBe(liveBytes + weightBytes);
  optimizer.zeroGrad();
});

it('a backward pass that is only prepared leaves zeros', async () => {
  const weights = [matrix(), matrix()];
  using optimizer = new AdamW(weights, { lr: 0.1 });
  const backward = () => lossOf(weights, 8).backward();
  device.scope(backward);
  const expected = await weights[0]!.grad!.data();
  optimizer.zeroGrad();
  await device.prepare(() => {
    backward();
    sum(mul(weights[0]!, weights[1]!)).backward();
  });
  expect(Math.max(...(await weights[0]!.grad!.data()))).toBe(0);
  device.scope(backward);
  expect(await weights[0]!.grad!.data()).toEqual(expected);
});

describe('of matrices in mixed precision', () => {
  const matrices = () =>
    Array.from({ length: 3 }, () => {
      const weight = matrix();
      weight.isMatrixOperand = true;
      return weight;
    });
  const clears = (record: () => void): number => {
    const dispatch = device.dispatch.bind(device);
    let count = 0;
    device.dispatch = (what) => {
      if (what.program.key.startsWith('clear')) count += 1;
      dispatch(what);
    };
    record();
    device.dispatch = dispatch;
    return count;
  };
  /** Memory as a segment takes it, of no number. */
  const soilMemory = () => {
    const array = device.allocate('f32', 3 * width * width, 'soiled', true);
    device.write(array, new Float32Array(3 * width * width).fill(NaN));
    device.release(array);
  };

  it('the first of a step are written, the next added, and others are zeros', async () => {
    const weights = matrices();
    using optimizer = new AdamW(weights, { lr: 0.1, fp16: true });
    const [first, second, third] = weights as [Parameter, Parameter, Parameter];
    const backward = () => device.scope(() => autocast(() => lossOf([first, second], 8)).backward());
    for (let step = 0; step < 2; step++) {
      soilMemory();
      expect(clears(backward)).toBe(0);
      const once = await first.grad!.data();
      expect(once.every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
      backward();
      expect(await first.grad!.data()).toEqual(once.map((value) => 2 * value));
      expect(third.grad).toBeNull();
      // Where no gradient came the norm finds zeros.
      expect(clears(() => void optimizer.step())).toBe(1);
      expect((await optimizer.records())[0]?.finite).toBe(true);
      optimizer.zeroGrad();
    }
    expect(await third.data()).toEqual(new Float32Array(width * width).fill(0.1));
  });

  it('are zeros for what adds to them, and after clearGrad', async () => {
    const weights = matrices();
    using optimizer = new AdamW(weights, { lr: 0.1, fp16: true });
    const [first, second] = weights as [Parameter, Parameter];
    soilMemory();
    device.scope(() => lossOf([first, second], 8).backward());
    const expected = await first.grad!.data();
    first.clearGrad();
    expect([first.grad, second.hasGrad]).toEqual([null, true]);
    first.registerHook(() => {});
    device.scope(() => lossOf([first, second], 8).backward());
    expect(await first.grad!.data()).toEqual(expected);
    optimizer.zeroGrad();
    soilMemory();
    expect(await new Tensor({ array: first.ensureGradArray(), shape: [width, width], device }).data()).toEqual(
      new Float32Array(width * width),
    );
    optimizer.zeroGrad();
  });

  it('are as if nothing had been prepared meanwhile', async () => {
    const weights = matrices();
    using optimizer = new AdamW(weights, { lr: 0.1, fp16: true });
    const [first, second, third] = weights as [Parameter, Parameter, Parameter];
    const backward = (through: Parameter[]) => device.scope(() => lossOf(through, 8).backward());
    backward([third]);
    const expected = await third.grad!.data();
    optimizer.zeroGrad();
    soilMemory();
    backward([first]);
    await device.prepare(() => backward([second, third]));
    backward([third]);
    expect(await third.grad!.data()).toEqual(expected);
    expect(await second.grad!.data()).toEqual(new Float32Array(width * width));
    optimizer.zeroGrad();
    // What is taken to be prepared is written too: a run then finds its kernels compiled.
    const kernels = new Set<string>();
    const dispatch = device.dispatch.bind(device);
    device.dispatch = (what) => {
      if (what.program.key.startsWith('gemm')) kernels.add(what.program.key);
      dispatch(what);
    };
    const twice = () => {
      backward([first]);
      backward([first]);
    };
    await device.prepare(twice);
    const prepared = new Set(kernels);
    optimizer.zeroGrad();
    kernels.clear();
    twice();
    expect(kernels).toEqual(prepared);
    optimizer.zeroGrad();
  });
});

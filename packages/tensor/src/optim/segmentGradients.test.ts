import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadVariants, openDevice } from '@attune/kernels';
import type { Device } from '../device.ts';
import { mul } from '../functional/binary.ts';
import { linear } from '../functional/linear.ts';
import { sum } from '../functional/reductions/reductions.ts';
import { Parameter } from '../nn/parameter.ts';
import { Tensor } from '../tensor.ts';
import { AdamW } from './adamW.ts';

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

import { beforeAll, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { tensor } from '../creation/create.ts';
import { layerNorm } from './layerNorm.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

/** Of rows [1, 3] and [2, 6], which both normalise to [-1, 1], and gradients [1, 2] and [3, 5]. */
const expected = { weight: [-4, 7], bias: [4, 7] };

it('first gradients are written, and later ones added, whichever were cleared', async () => {
  const x = tensor([1, 3, 2, 6], { shape: [2, 2], requiresGrad: true });
  const weight = tensor([1, 1], { requiresGrad: true });
  const bias = tensor([0, 0], { requiresGrad: true });
  const gradient = tensor([1, 2, 3, 5], { shape: [2, 2] });
  const pass = () => layerNorm(x, weight, bias, { epsilon: 0 }).backward(gradient);
  const gradients = async () =>
    Promise.all([x, weight, bias].map(async ({ grad }) => (await grad!.toArray()) as number[] | number[][]));
  const times = (factor: number, values: readonly number[]) => values.map((value) => factor * value);
  const check = async (factors: readonly [number, number, number]) => {
    const [ofX, ofWeight, ofBias] = await gradients();
    for (const value of ofX!.flat()) expect(value).toBeCloseTo(0, 5);
    expect(ofWeight).toEqual(times(factors[1], expected.weight));
    expect(ofBias).toEqual(times(factors[2], expected.bias));
  };
  pass();
  await check([1, 1, 1]);
  pass();
  await check([2, 2, 2]);
  weight.clearGrad();
  pass();
  await check([3, 1, 3]);
  bias.clearGrad();
  x.clearGrad();
  pass();
  await check([1, 2, 1]);
});

it('memory of gradients that are cleared is found again, and ends nothing that is recorded', async () => {
  const inputs = [tensor([[1, 3]], { requiresGrad: true }), tensor([1, 1], { requiresGrad: true })] as const;
  const bias = tensor([0, 0], { requiresGrad: true });
  const gradient = tensor([[1, 2]]);
  const step = () => {
    device.scope(() => layerNorm(...inputs, bias).backward(gradient));
    for (const input of [...inputs, bias]) input.clearGrad();
  };
  step();
  await device.idle();
  // From here on nothing waits: memory of tensors that are collected meanwhile would be chosen.
  for (let warm = 0; warm < 3; warm++) step();
  device.flush();
  const { bindGroupsCreated, submits } = device.statistics;
  const { liveBytes } = device.memory;
  for (let again = 0; again < 4; again++) step();
  device.flush();
  expect(device.statistics.bindGroupsCreated).toBe(bindGroupsCreated);
  // 16 dispatches, which are submitted at once.
  expect(device.statistics.submits - submits).toBeLessThanOrEqual(2);
  expect(device.memory.liveBytes).toBe(liveBytes);
});

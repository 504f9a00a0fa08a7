import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import * as api from '../../index.ts';
import type { Tensor } from '../../tensor.ts';
import { testTorchCases } from '../../testing/testTorchCases.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

describe('losses that compare tensors equal PyTorch', () => {
  testTorchCases('torch_losses.json', () => device, { roundings: 48 });
});

describe('what is huge or infinite', () => {
  const { l1Loss, smoothL1Loss, huberLoss, mseLoss, bceWithLogits } = api;

  it.each([l1Loss, smoothL1Loss, huberLoss])('$name has its slope at an infinite distance', async (loss) => {
    const x = api.tensor([Infinity, -Infinity, 3, 0.5], { requiresGrad: true });
    loss(x, api.zeros([4]), { reduction: 'sum' }).backward();
    expect([...(await x.grad!.data())]).toEqual([1, -1, 1, loss === l1Loss ? 1 : 0.5]);
  });

  it('cosineSimilarity of lengths that overflow is 0, as in PyTorch', async () => {
    const [x, y] = [api.tensor([[3e38, -3e38]]), api.tensor([[1, 2]])];
    expect([...(await api.cosineSimilarity(x, y).data())].map(Math.abs)).toEqual([0]);
  });

  it.each([mseLoss, bceWithLogits])('$name of nothing is NaN, whatever the target is', async (loss) => {
    const nothing = api.zeros([0, 3]);
    for (const target of [nothing, new Float32Array(0)]) {
      expect(await loss(nothing, target).item()).toBeNaN();
      expect(await loss(nothing, target, { reduction: 'sum' }).item()).toBe(0);
    }
  });
});

describe('misuse gives an error that says what is wrong', () => {
  it.each<[string, (call: Readonly<Record<string, (...given: unknown[]) => unknown>>, x: Tensor) => unknown, RegExp]>([
    ['numbers for a target', ({ l1Loss }, x) => l1Loss!(x, [1]), /l1Loss: target must be a Tensor; got an array of 1/],
    [
      'shapes',
      ({ huberLoss }, x) => huberLoss!(x, api.zeros([2], { device })),
      /huberLoss: target has the shape \[2\], which does not broadcast to \[2, 3\]/,
    ],
    [
      'a reduction',
      ({ l1Loss }, x) => l1Loss!(x, x, { reduction: 'avg' }),
      /l1Loss: reduction must be one of 'mean', 'sum', 'none'; got "avg"/,
    ],
    [
      'a negative beta',
      ({ smoothL1Loss }, x) => smoothL1Loss!(x, x, { beta: -1 }),
      /smoothL1Loss: beta must be a number of at least 0; got -1/,
    ],
    [
      'a delta of 0',
      ({ huberLoss }, x) => huberLoss!(x, x, { delta: 0 }),
      /huberLoss: delta must be a number above 0; got 0/,
    ],
    [
      'an unknown option',
      ({ tripletMarginLoss }, x) => tripletMarginLoss!(x, x, x, { marign: 1 }),
      /has no option marign; did you mean margin\?/,
    ],
    [
      'rows for columns',
      ({ cosineSimilarity }, x) => cosineSimilarity!(x, api.zeros([2], { device })),
      /cosineSimilarity: b has the shape \[2\], which does not broadcast to \[2, 3\]/,
    ],
  ])('%s', (_, call, message) => {
    expect(() => call(api as never, api.zeros([2, 3], { device }))).toThrow(message);
  });
});

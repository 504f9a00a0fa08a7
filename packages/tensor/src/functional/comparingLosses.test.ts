import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import * as api from '../index.ts';
import type { Tensor } from '../tensor.ts';
import { testTorchCases } from '../testing/testTorchCases.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

describe('losses that compare tensors equal PyTorch', () => {
  testTorchCases('torch_losses.json', () => device, { roundings: 48 });
});

describe('misuse is told in words', () => {
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

import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import * as api from '../index.ts';
import type { Tensor } from '../tensor.ts';
import { testTorchCases } from '../testing/torchCases.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

describe('reductions equal PyTorch', () => {
  testTorchCases('torch_reductions.json', () => device, { roundings: 24 });

  it('read f16, and give maxima in it', async () => {
    const x = api.cast(api.tensor([1, 5, 3, 2048, 2049, 7], { shape: [2, 3], device }), 'f16');
    expect(api.max(x, 1).dtype).toBe('f16');
    expect([...(await api.max(x, 1).data())]).toEqual([5, 2048]);
    expect(api.sum(x, 0).dtype).toBe('f32');
    expect([...(await api.sum(x, 1).data())]).toEqual([9, 4103]);
  });

  it('tell of any and all in bool, of any type', async () => {
    const x = api.tensor(Int32Array.of(0, 2, 0, 3, 0, 0), { shape: [3, 2], device });
    expect([api.any(x, 1).dtype, api.all(api.any(x, 1)).dtype]).toEqual(['bool', 'bool']);
    expect([...(await api.any(x, 1).data())]).toEqual([1, 1, 0]);
    expect(await api.all(api.any(x, 0)).item()).toBe(0);
  });

  it('give the same bits each time', async () => {
    const x = api.tensor(new api.Mt19937(1).normal(9000), { shape: [3, 1000, 3], device });
    for (const operation of [api.sum, api.std, api.norm, api.logSumExp])
      expect(await operation(x, 1).data()).toEqual(await operation(x, 1).data());
  });
});

describe('misuse is told in words', () => {
  it.each<[string, (call: Readonly<Record<string, (...given: unknown[]) => unknown>>, x: Tensor) => unknown, RegExp]>([
    ['no tensor', ({ max }) => max!([1]), /max: input must be a Tensor; got an array of 1/],
    [
      'a dimension out of range',
      ({ sum }, x) => sum!(x, 2),
      /sum: dim must be a whole number from -2 to 1 for the shape \[2, 0\]; got 2/,
    ],
    [
      'a text',
      ({ mean }, x) => mean!(x, 'all'),
      /mean: dim must be a dimension, an array of them, or null for all; got "all"/,
    ],
    ['a dimension twice', ({ std }, x) => std!(x, [0, -2]), /std: dim names a dimension twice/],
    ['options for a dimension', ({ prod }, x) => prod!(x, { keepDim: true }), /prod: dim must be a dimension/],
    [
      'an option that is not there',
      ({ norm }, x) => norm!(x, 0, { keepdim: true }),
      /norm has no option keepdim; did you mean keepDim\?/,
    ],
    [
      'no elements',
      ({ min }, x) => min!(x, 1),
      /min: the dimensions \[1\] of \[2, 0\] have no elements to choose from/,
    ],
    [
      'no elements for a number',
      ({ argMax }, x) => argMax!(x),
      /argMax: the dimensions \[0, 1\] of \[2, 0\] have no elements/,
    ],
    ['a dimension of softmax', ({ softmax }, x) => softmax!(x, 5), /softmax: dim must be a whole number from -2 to 1/],
  ])('%s', (_, call, message) => {
    expect(() => call(api as never, api.zeros([2, 0], { device }))).toThrow(message);
  });
});

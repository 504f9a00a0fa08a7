import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import * as api from '../../index.ts';
import type { Tensor } from '../../tensor.ts';
import { checkGradient } from '../../testing/checkGradient.ts';
import { testTorchCases } from '../../testing/testTorchCases.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

describe('reductions equal PyTorch', () => {
  testTorchCases('torch_reductions.json', () => device, { roundings: 24 });

  it('sum and mean over all have the gradients of finite differences', async () => {
    const shapes = [[9, 7]];
    const total = (x: Float64Array) => x.reduce((sum, value) => sum + value, 0);
    await checkGradient({ device, shapes, operation: (x) => api.sum(x!), reference: (x) => [total(x!)] });
    await checkGradient({ device, shapes, operation: (x) => api.mean(x!), reference: (x) => [total(x!) / 63] });
  });

  it('read f16, and give maxima in it', async () => {
    const x = api.cast(api.tensor([1, 5, 3, 2048, 2049, 7], { shape: [2, 3], device }), 'f16');
    expect(api.max(x, 1).dtype).toBe('f16');
    expect([...(await api.max(x, 1).data())]).toEqual([5, 2048]);
    expect(api.sum(x, 0).dtype).toBe('f32');
    expect([...(await api.sum(x, 1).data())]).toEqual([9, 4103]);
  });

  it.each([[0], [1], [2], [[0, 2]], [[1, 2]], [null]] as const)(
    'a mean over %j is a sum times its part to the bit, with its gradient, in as many dispatches',
    async (dim) => {
      const values = new api.Mt19937(3).normal(3 * 40 * 132);
      const results = [];
      for (const operation of [
        (x: Tensor) => api.mean(x, dim),
        (x: Tensor) => {
          const sum = api.sum(x as Tensor<'f32'>, dim);
          return api.scale(sum, sum.size / x.size);
        },
      ]) {
        const x = api.tensor(values, { shape: [3, 40, 132], device, requiresGrad: true });
        const before = device.statistics.dispatches;
        const result = operation(x);
        const { dispatches } = device.statistics;
        result.backward(api.tensor(new api.Mt19937(4).normal(result.size), { shape: result.shape, device }));
        results.push({ dispatches: dispatches - before, values: await result.data(), gradient: await x.grad!.data() });
      }
      const [mean, scaled] = results as [(typeof results)[0], (typeof results)[0]];
      expect(mean.values).toEqual(scaled.values);
      expect(mean.gradient).toEqual(scaled.gradient);
      expect(mean.dispatches).toBe(scaled.dispatches - 1);
    },
  );

  it('of whole numbers are exact beyond what f32 holds, and wrap beyond 32 bits', async () => {
    const x = api.tensor(Int32Array.of(2 ** 24, 1, 2 ** 24 + 1, 2 ** 31 - 1, 1, -5), { shape: [2, 3], device });
    expect([...(await api.sum(x, 1).data())]).toEqual([2 ** 25 + 2, 2 ** 31 - 5]);
    expect(await api.sum(x).item()).toBe((2 ** 25 + 2 + (2 ** 31 - 5)) | 0);
    expect([...(await api.cumsum(x, 1).data())].slice(3)).toEqual([2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 5]);
    expect([...(await api.prod(x, 1).data())]).toEqual([Math.imul(2 ** 24, 2 ** 24 + 1), Math.imul(2 ** 31 - 1, -5)]);
    expect([...(await api.argMax(x, 1).data())]).toEqual([2, 0]);
    expect([...(await api.max(x, 0).data())]).toEqual([2 ** 31 - 1, 1, 2 ** 24 + 1]);
    const unsigned = api.tensor(Uint32Array.of(2 ** 32 - 1, 2, 0), { device });
    const [total, greatest] = [api.sum(unsigned), api.argMax(unsigned)];
    expect([total.dtype, await total.item(), await greatest.item()]).toEqual(['u32', 1, 0]);
    expect(await api.min(unsigned).item()).toBe(0);
  });

  it('of many whole numbers and bool go in stages', async () => {
    const numbers = Int32Array.from({ length: 9000 }, (_, index) => ((index * 7919) % 1000) * 1001 - 500_000);
    const x = api.tensor(numbers, { shape: [9000], device });
    const exact = numbers.reduce((sum, value) => (sum + value) | 0, 0);
    expect(await api.sum(x).item()).toBe(exact);
    expect((await api.cumsum(x, 0).data()).at(-1)).toBe(exact);
    expect(await api.min(x).item()).toBe(Math.min(...numbers));
    const isPositive = api.gt(x, 0);
    const count = api.sum(isPositive);
    expect([count.dtype, await count.item()]).toEqual(['i32', numbers.filter((value) => value > 0).length]);
    expect([api.max(isPositive).dtype, await api.max(isPositive).item()]).toEqual(['bool', 1]);
  });

  it('tell of any and all in bool, of any type', async () => {
    const x = api.tensor(Int32Array.of(0, 2, 0, 3, 0, 0), { shape: [3, 2], device });
    expect([api.any(x, 1).dtype, api.all(api.any(x, 1)).dtype]).toEqual(['bool', 'bool']);
    expect([...(await api.any(x, 1).data())]).toEqual([1, 1, 0]);
    expect(await api.all(api.any(x, 0)).item()).toBe(0);
  });

  it.each([
    [0.1, [7, 3]],
    [0.3, [1000, 1]],
    [1234.567, [769, 1]],
  ])('the deviation of equal elements, %d in %j, is 0 and has no gradient', async (value, shape) => {
    const x = api.cast(api.full(shape, value, { device }), 'f32');
    x.requiresGrad = true;
    const [deviation, variance] = [api.std(x, 0), api.variance(x, 0)];
    api.sum(api.add(deviation, variance)).backward();
    for (const zeros of [deviation, variance, x.grad!])
      expect((await zeros.data()).every((element) => element === 0)).toBe(true);
  });

  it('give the same bits each time', async () => {
    const x = api.tensor(new api.Mt19937(1).normal(9000), { shape: [3, 1000, 3], device });
    for (const operation of [api.sum, api.std, api.norm, api.logSumExp])
      expect(await operation(x, 1).data()).toEqual(await operation(x, 1).data());
  });
});

/** Values and gradients of torch.std on the CPU, in f32. */
it.each<[number[], number, number[]]>([
  [[1e30, 2e30], 7.071067565216947e29, [-Math.SQRT1_2, Math.SQRT1_2]],
  [[-1e30, 1e30, 0], 1.0000000150474662e30, [-0.5, 0.5, 0]],
  [[1, 3e5, 2e38], 1.1547005e38, [-0.2886751, -0.2886751, 0.5773503]],
  [[1e-28, 3e-28], 1.4142136e-28, [-Math.SQRT1_2, Math.SQRT1_2]],
])('the deviation of %j is right although its square is not in f32', async (values, expected, gradient) => {
  const x = api.tensor(values, { device, requiresGrad: true });
  const deviation = api.std(x);
  deviation.backward();
  expect((await deviation.item()) / expected).toBeCloseTo(1, 5);
  for (const [place, value] of (await x.grad!.data()).entries()) expect(value).toBeCloseTo(gradient[place]!, 5);
});

it('the deviation of many numbers, some of them large, is that of float64', async () => {
  const values = Float32Array.from(new api.Mt19937(5).normal(3000), (value, place) => value * 10 ** (place % 13));
  const average = values.reduce((sum, value) => sum + value, 0) / 3000;
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / 2999;
  expect((await api.std(api.tensor(values, { device })).item()) / Math.sqrt(variance)).toBeCloseTo(1, 6);
});

it.each([0.25, 0.5])('the norm of power %j is right to a few roundings for numbers of any size', async (p) => {
  const values = Float32Array.from(new api.Mt19937(3).normal(1000), (value) => Math.exp(value * 10));
  const norms = await api.norm(api.tensor(values, { shape: [250, 4], device }), -1, { p }).data();
  for (const [row, value] of norms.entries()) {
    const sum = values.subarray(4 * row, 4 * row + 4).reduce((total, one) => total + one ** p, 0);
    expect(Math.abs(value / sum ** (1 / p) - 1)).toBeLessThan(16 * 2 ** -24);
  }
});

it('one number has no variance, and as in PyTorch no gradient of it', async () => {
  for (const [shape, dim, gradient] of [
    [[], undefined, NaN],
    [[], -1, NaN],
    [[1], null, NaN],
    [[1], 0, -0],
  ] as const) {
    const x = api.zeros(shape, { device, requiresGrad: true });
    const spread = api.variance(x, dim, { correction: 2 });
    spread.backward();
    expect([await spread.item(), await x.grad!.item()]).toEqual([NaN, gradient]);
  }
});

const index = (shape: readonly number[]) => api.zeros(shape, { device, dtype: 'i32' });

describe('misuse gives an error that says what is wrong', () => {
  it.each<[string, (call: Readonly<Record<string, (...given: unknown[]) => unknown>>, x: Tensor) => unknown, RegExp]>([
    [
      'whole numbers where there is no mean',
      ({ mean }) => mean!(index([2])),
      /mean: input must be a tensor of f32 or f16; it is one of i32. Use cast\(\)/,
    ],
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
    [
      'numbers of floats',
      ({ gather }, x) => gather!(x, 0, x),
      /gather: index must be a tensor of i32 or u32; it is one of f32/,
    ],
    [
      'an index of another shape',
      ({ gather }, x) => gather!(x, 0, index([3])),
      /gather: index has the shape \[3\] and input \[2, 0\]/,
    ],
    [
      'an index longer than the source',
      ({ scatterAdd }, x) => scatterAdd!(api.zeros([2, 3], { device }), 1, index([2, 3]), x),
      /scatterAdd: index has the shape \[2, 3\] and source \[2, 0\]/,
    ],
    [
      'a number out of range',
      ({ indexSelect }, x) => indexSelect!(x, 0, [1, 2]),
      /indexSelect: index 1 is 2, outside the 2 elements of dimension 0 of \[2, 0\]/,
    ],
    [
      'numbers that are not numbers',
      ({ indexSelect }, x) => indexSelect!(x, 0, ['a']),
      /indexSelect: index must be a Tensor of i32 or u32, or whole numbers/,
    ],
    [
      'shapes that do not fit',
      ({ takeAlongDim }, x) => takeAlongDim!(x, index([3, 1]), 1),
      /takeAlongDim: input has the shape \[2, 0\] and index \[3, 1\]/,
    ],
    [
      'too many',
      ({ topk }, x) => topk!(x, 3, 0),
      /topk: k must be a whole number from 0 to 2, dimension 0 of \[2, 0\]; got 3/,
    ],
    ['an unknown order', ({ sort }, x) => sort!(x, 0, { descend: true }), /sort has no option descend/],
    ['a missing dimension', ({ cumsum }, x) => cumsum!(x), /cumsum: dim must be a whole number from -2 to 1/],
    ['a dimension of softmax', ({ softmax }, x) => softmax!(x, 5), /softmax: dim must be a whole number from -2 to 1/],
  ])('%s', (_, call, message) => {
    expect(() => call(api as never, api.zeros([2, 0], { device }))).toThrow(message);
  });
});

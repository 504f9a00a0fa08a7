import { beforeAll, describe, expect, it } from 'vitest';
import { AutogradError, TensorError } from '../errors.ts';
import { AdamW, add, clipGradNorm, clipGradValue, defaultDevice, mul, Parameter, sum, tensor } from '../index.ts';
import { Tensor } from '../tensor.ts';

beforeAll(() => defaultDevice());

/** Two parameters whose gradients are [3, -4] and [[12]], and one without any. */
function withGradients(scale = 1) {
  const a = new Parameter(new Float32Array(2), { shape: [2] });
  const b = new Parameter(new Float32Array(1), { shape: [1, 1] });
  const none = new Parameter(new Float32Array(3), { shape: [3] });
  const backward = () =>
    add(sum(mul(a, tensor([3 * scale, -4 * scale]))), sum(mul(b, tensor([[12 * scale]])))).backward();
  backward();
  return { all: [a, none, b], backward, gradients: async () => [...(await a.grad!.data()), ...(await b.grad!.data())] };
}

describe('clipGradNorm', () => {
  it.each([
    [2, 13],
    [1, 19],
    [Infinity, 12],
    [3, (27 + 64 + 1728) ** (1 / 3)],
  ])('scales gradients down by their norm of order %s', async (normType, expected) => {
    const { all, gradients } = withGradients();
    const total = await clipGradNorm(all, 0.5, { normType });
    expect(total).toBeInstanceOf(Tensor);
    expect(total.shape).toEqual([]);
    expect(await total.item()).toBeCloseTo(expected, 5);
    const factor = 0.5 / (expected + 1e-6);
    for (const [index, value] of (await gradients()).entries())
      expect(value).toBeCloseTo([3, -4, 12][index]! * factor, 6);
  });

  it('leaves small gradients, and adds up with later ones', async () => {
    const { all, backward, gradients } = withGradients();
    const [a, , b] = all;
    expect(await (await clipGradNorm(all, 13.5)).item()).toBe(13);
    expect(await gradients()).toEqual([3, -4, 12]);
    expect(await (await clipGradNorm(a!, 2.5)).item()).toBe(5);
    backward();
    expect((await gradients()).map((value) => Number(value.toFixed(4)))).toEqual([4.5, -6, 24]);
    expect(b!.hasGrad).toBe(true);
  });

  it('by an infinite bound gives the norm and changes nothing', async () => {
    const { all, gradients } = withGradients();
    expect(await (await clipGradNorm(all, Infinity)).item()).toBe(13);
    clipGradValue(all, Infinity);
    expect(await gradients()).toEqual([3, -4, 12]);
  });

  it('records before it returns, also where an optimizer holds the gradients', async () => {
    const { all, backward, gradients } = withGradients();
    using optimizer = new AdamW(all, { lr: 0.1 });
    optimizer.zeroGrad();
    backward();
    const clipping = clipGradNorm(all, 1);
    expect((await gradients()).map((value) => Number(value.toFixed(4)))).toEqual([0.2308, -0.3077, 0.9231]);
    await clipping;
    await optimizer.step();
    expect((await optimizer.records())[0]?.gradNorm).toBeCloseTo(1, 5);
  });

  it('refuses a norm that is not finite where asked to, and leaves the gradients', async () => {
    const { all, gradients } = withGradients(Infinity);
    await expect(clipGradNorm(all, 1, { errorIfNonfinite: true })).rejects.toThrow(AutogradError);
    await expect(clipGradNorm(all, 1, { errorIfNonfinite: true })).rejects.toThrow(
      /the norm of the gradients is Infinity, so they cannot be clipped and are left unchanged/,
    );
    expect(await gradients()).toEqual([Infinity, -Infinity, Infinity]);
    expect(await (await clipGradNorm(all, 1)).item()).toBe(Infinity);
  });

  it('is 0 without gradients', async () => {
    const parameter = new Parameter(new Float32Array(2), { shape: [2] });
    expect(await (await clipGradNorm(parameter, 1)).item()).toBe(0);
  });
});

it('clipGradValue brings every element between two bounds', async () => {
  const { all, gradients } = withGradients();
  clipGradValue(all, 3.5);
  expect(await gradients()).toEqual([3, -3.5, 3.5]);
});

describe('misuse of clipping gives an error that says what is wrong', () => {
  const parameters = () => [new Parameter(new Float32Array(1), { shape: [1] })];
  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['no parameters', () => clipGradNorm([], 1), /clipGradNorm: no parameter was given. A generator/],
    [
      'names',
      () => clipGradNorm([['a', 1]] as never, 1),
      /parameter 0 is not a Tensor; pass model.parameters\(\), without names/,
    ],
    [
      'nothing',
      () => clipGradNorm(undefined as never, 1),
      /parameters must be parameters, such as model.parameters\(\), or one; got undefined/,
    ],
    [
      'no bound',
      () => clipGradNorm(parameters(), undefined as never),
      /maxNorm must be a number of at least 0; got undefined/,
    ],
    [
      'an option',
      () => clipGradNorm(parameters(), 1, { norm: 1 } as never),
      /clipGradNorm has no option norm; did you mean normType\?/,
    ],
    ['an order', () => clipGradNorm(parameters(), 1, { normType: 0 }), /normType must be a number above 0; got 0/],
    ['a bound', async () => clipGradValue(parameters(), -1), /clipValue must be a number of at least 0; got -1/],
  ])('%s', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
    await expect(call()).rejects.toThrow(TensorError);
  });
});

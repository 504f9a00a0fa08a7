import { beforeAll, describe, expect, it } from 'vitest';
import * as attune from '../index.ts';

beforeAll(async () => {
  await attune.defaultDevice();
});

const weighted = attune.customOp('weighted', {
  forward: (x, w) => attune.mul(attune.square(x!), w!),
  backward: (gradient, _result, x, w) => [
    attune.mul(gradient, attune.mul(attune.mul(x!, w!), 2)),
    attune.mul(gradient, attune.square(x!)),
  ],
});

describe('customOp', () => {
  it('has the gradients that its backward gives', async () => {
    const [x, w] = [1, 2].map((seed) =>
      attune.randn([2, 3], { generator: new attune.Mt19937(seed), requiresGrad: true }),
    );
    await attune.gradcheck((a, b) => attune.exp(attune.neg(weighted(a!, b!))), [x!, w!]);
  });

  it('gives no gradient where it is null', async () => {
    const straight = attune.customOp('straight', {
      forward: (x) => attune.round(x!),
      backward: (gradient) => [gradient, null],
    });
    const x = attune.tensor([0.2, 1.7], { requiresGrad: true });
    const other = attune.tensor([1], { requiresGrad: true });
    const y = straight(x, other);
    attune.sum(y).backward();
    expect([await y.toArray(), await x.grad!.toArray(), other.grad]).toEqual([[0, 2], [1, 1], null]);
  });

  it('says what is wrong', () => {
    const x = attune.tensor([1, 2], { requiresGrad: true });
    const wrong = attune.customOp('wrong', { forward: (a) => attune.exp(a!), backward: (g) => [attune.sum(g)] });
    expect(() => attune.sum(wrong(x)).backward()).toThrow(
      'wrong: backward gave input 0 a gradient of the shape []; its own is [2]',
    );
    expect(() => weighted(1 as never)).toThrow(/weighted: input 0 must be a Tensor; got 1/);
    expect(() => attune.customOp('empty', {} as never)).toThrow('customOp: forward must be a function; got undefined');
  });
});

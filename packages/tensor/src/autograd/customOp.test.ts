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

  it('may return an input or a view of one, whose memory stays', async () => {
    const flat = attune.customOp('flat', {
      forward: (x) => attune.reshape(x!, [-1]),
      backward: (gradient, _result, x) => attune.reshape(gradient, x!.shape),
    });
    const x = new attune.Parameter(Float32Array.of(1, 2), { shape: [1, 2] });
    flat(x).dispose();
    const y = attune.mul(x, 3);
    const before = attune.sum(attune.square(y));
    attune.add(before, attune.sum(flat(y))).backward(1, { releaseResults: true });
    expect(await x.grad!.toArray()).toEqual([[21, 39]]);
  });

  it('gives whole numbers and bool without a gradient, in their type', async () => {
    const x = attune.tensor([1, 3], { requiresGrad: true });
    const isGreat = attune.customOp('isGreat', { forward: (a) => attune.gt(a!, 2), backward: (gradient) => gradient });
    const result = isGreat(x);
    expect([result.dtype, result.requiresGrad, await result.toArray()]).toEqual(['bool', false, [false, true]]);
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

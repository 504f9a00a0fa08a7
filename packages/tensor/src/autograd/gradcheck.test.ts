import { beforeAll, describe, expect, it } from 'vitest';
import * as attune from '../index.ts';
import { methodNames } from '../methods.ts';
import { exportedOperations } from '../testing/exportedOperations.ts';

beforeAll(async () => {
  await attune.defaultDevice();
});
const make = (shape: readonly number[], seed: number) =>
  attune.randn(shape, { generator: new attune.Mt19937(seed), requiresGrad: true });

describe('gradcheck', () => {
  it('passes what is right, of several inputs', () =>
    attune.gradcheck((a, b) => attune.softmax(attune.mul(attune.sin(a!), b!)), [make([2, 3], 1), make([3], 2)]));

  it('names the element whose gradient is wrong', async () => {
    const x = make([2], 1);
    // The gradient of the copy does not flow.
    const wrong = (a: attune.Tensor) => attune.mul(a, a.detach());
    await expect(attune.gradcheck(wrong as never, [x])).rejects.toThrow(
      /gradcheck: the gradient of input 0 at element 0 is .*; differences of the function give/,
    );
  });

  it('says what it needs', async () => {
    await expect(attune.gradcheck(3 as never, [])).rejects.toThrow(/gradcheck: f must be a function/);
    await expect(attune.gradcheck(attune.exp, [attune.tensor([1])])).rejects.toThrow(
      'gradcheck: no input requires a gradient',
    );
    const half = attune.ones([1], { dtype: 'f16', requiresGrad: true });
    await expect(attune.gradcheck(attune.exp, [half])).rejects.toThrow('input 0 must be of f32; it is of f16');
  });
});

describe('methods', () => {
  it('are there for every function of a tensor', () => {
    const x = attune.tensor([1]);
    for (const name of methodNames) expect(typeof x[name as 'relu'], name).toBe('function');
    // What only this package uses is none.
    expect(methodNames.filter((name) => !exportedOperations().has(name))).toEqual([]);
    expect(methodNames).toContain('softplus');
  });

  it('leave out only functions that compute with no tensor, or with several alike', () => {
    const others = [...exportedOperations().keys()].filter((name) => !methodNames.includes(name));
    const makers = 'arange bernoulli eye full linspace ones rand randint randn randperm tensor zeros';
    const several = 'attention attentionQkvPacked concat einsum embeddingSum packSequences stack';
    expect(others.sort()).toEqual(`${makers} ${several}`.split(' ').sort());
  });

  it('have the meanings of PyTorch', async () => {
    const x = attune.tensor([1, -2, 3]);
    expect(await x.where(x.gt(0), 0).toArray()).toEqual([1, 0, 3]);
    expect(await x.var().item()).toBeCloseTo(6.3333335, 6);
    expect(await x.topk(1).values.toArray()).toEqual([3]);
    expect(await x.unsqueeze(0).crossEntropy(Int32Array.of(2)).item()).toBeCloseTo(0.13284, 4);
  });

  it('chain, as functions of their first argument', async () => {
    const x = attune.tensor([
      [1, -2],
      [3, 4],
    ]);
    const w = attune.tensor([
      [1, 0],
      [0, -1],
    ]);
    expect(await x.matmul(w).add(1).relu().toArray()).toEqual([
      [2, 3],
      [4, 0],
    ]);
    expect(await x.gt(0).logicalNot().toArray()).toEqual([
      [false, true],
      [false, false],
    ]);
    expect(await x.transpose(0, 1).sum(0).toArray()).toEqual([-1, 7]);
    expect(await x.tril().toArray()).toEqual([
      [1, 0],
      [3, 4],
    ]);
    expect(await x.triu(1).toArray()).toEqual([
      [0, -2],
      [0, 0],
    ]);
  });
});

it('makes classes one-hot', async () => {
  const classes = attune.tensor(Int32Array.of(2, 0, 5));
  expect(await attune.oneHot(classes, 3).toArray()).toEqual([
    [0, 0, 1],
    [1, 0, 0],
    [0, 0, 0],
  ]);
  // @ts-expect-error Classes are integers.
  expect(() => attune.oneHot(attune.tensor([1]), 3)).toThrow(/oneHot: input must be a tensor of i32 or u32/);
});

it('keeps the gradient of what was computed, where asked to', async () => {
  const x = attune.tensor([1, 2], { requiresGrad: true });
  const y = attune.square(x);
  y.retainGrad();
  attune.sum(attune.mul(y, 3)).backward();
  expect(await y.grad!.toArray()).toEqual([3, 3]);
  expect(await x.grad!.toArray()).toEqual([6, 12]);
});

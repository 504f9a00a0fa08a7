import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import * as attune from './index.ts';
import type { Tensor } from './index.ts';
import { methodNames } from './methods.ts';
import type { TensorMethods } from './methods.ts';

beforeAll(async () => {
  await attune.defaultDevice();
});

// The type checker reads this file too: a wrong type is an error of `npm run typecheck`.
describe('TypeScript knows element types', () => {
  it('of what is made', () => {
    expectTypeOf(attune.tensor([[1, 2]])).toEqualTypeOf<Tensor<'f32'>>();
    expectTypeOf(attune.tensor([[[true]]])).toEqualTypeOf<Tensor<'bool'>>();
    expectTypeOf(attune.tensor([1n])).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(attune.tensor(Int32Array.of(1))).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(attune.tensor(Uint16Array.of(1))).toEqualTypeOf<Tensor<'f16'>>();
    expectTypeOf(attune.tensor([1], { dtype: 'u32' })).toEqualTypeOf<Tensor<'u32'>>();
    expectTypeOf(attune.zeros([2])).toEqualTypeOf<Tensor<'f32'>>();
    expectTypeOf(attune.full([2], true)).toEqualTypeOf<Tensor<'bool'>>();
    expectTypeOf(attune.onesLike(attune.zeros([1], { dtype: 'i32' }))).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(attune.randperm(3)).toEqualTypeOf<Tensor<'i32'>>();
    const count: number = 3;
    expectTypeOf(attune.arange(3)).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(attune.arange(-1, 3, 2)).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(attune.arange(0, 1, 0.25)).toEqualTypeOf<Tensor<'f32'>>();
    expectTypeOf(attune.arange(2.5)).toEqualTypeOf<Tensor<'f32'>>();
    expectTypeOf(attune.arange(count).dtype).toEqualTypeOf<'i32' | 'f32'>();
    expectTypeOf(attune.arange(0, 3, 1, { dtype: 'f16' })).toEqualTypeOf<Tensor<'f16'>>();
  });

  it('of results, and of what is read', async () => {
    const x = attune.rand([2, 3], { dtype: 'f16' });
    const whole = attune.tensor(Int32Array.of(1, 2));
    expectTypeOf(attune.exp(attune.neg(x))).toEqualTypeOf<Tensor<'f16'>>();
    expectTypeOf(attune.exp(whole)).toEqualTypeOf<Tensor<'f32'>>();
    expectTypeOf(attune.add(whole, 1)).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(attune.div(whole, whole)).toEqualTypeOf<Tensor<'f32'>>();
    expectTypeOf(attune.pow(whole, 2)).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(attune.gt(x, 0)).toEqualTypeOf<Tensor<'bool'>>();
    expectTypeOf(attune.where(attune.gt(whole, 1), whole, 0)).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(attune.sum(x)).toEqualTypeOf<Tensor<'f32'>>();
    expectTypeOf(attune.cumsum(whole, 0)).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(attune.prod(attune.gt(x, 0))).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(attune.max(whole)).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(attune.argMax(x, 1)).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(attune.transpose(attune.cast(x, 'u32'), 0, 1)).toEqualTypeOf<Tensor<'u32'>>();
    expectTypeOf(attune.topk(x, 1).indices).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(await whole.data()).toEqualTypeOf<Int32Array>();
    expectTypeOf(await x.data()).toEqualTypeOf<Float32Array>();
    expectTypeOf(x.dtype).toEqualTypeOf<'f16'>();
  });

  it('through methods', () => {
    expect(methodNames).toContain('add');
    const x = attune.tensor(Int32Array.of(1, 2));
    expectTypeOf(x.add(1).reshape([2, 1])).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(x.sqrt().gt(1)).toEqualTypeOf<Tensor<'bool'>>();
    expectTypeOf(x.cast('f16').sort().values).toEqualTypeOf<Tensor<'f16'>>();
    expectTypeOf(x.split(1)).toEqualTypeOf<Tensor<'i32'>[]>();
    expectTypeOf(x.gt(1).sum()).toEqualTypeOf<Tensor<'i32'>>();
    expectTypeOf(x.slice([0, 1])).toEqualTypeOf<Tensor<'i32'>>();
    // Where a method could not be told from its function it would be never.
    type Methods = TensorMethods<'f32'>;
    type Untold = { [Name in keyof Methods]: Methods[Name] extends never ? Name : never }[keyof Methods];
    expectTypeOf<Untold>().toBeNever();
  });

  it('and takes those it does not know as they are', () => {
    const any = attune.zeros([2]) as Tensor;
    expectTypeOf(attune.add(any, attune.zeros([2]))).toEqualTypeOf<Tensor>();
    expectTypeOf(attune.sum(any)).toEqualTypeOf<Tensor<'f32' | 'i32' | 'u32'>>();
    expectTypeOf(attune.exp(any)).toEqualTypeOf<Tensor<'f32' | 'f16'>>();
    expectTypeOf<Tensor<'f32'>>().toExtend<Tensor>();
  });

  it('beside a number, whole or not', async () => {
    const whole = attune.tensor(Int32Array.of(1, -2));
    const mask = attune.tensor([true, false]);
    const x = attune.tensor([1, 2]);
    const count: number = 2;
    // The types, and what they say at run time.
    const stays: Tensor<'i32'>[] = [
      attune.add(whole, 2),
      attune.sub(-3, whole),
      attune.mul(whole, 2e3),
      attune.pow(whole, 2),
      attune.pow(2, attune.abs(whole)),
      attune.maximum(whole, 0),
      attune.where(mask, whole, -1),
      whole.add(2),
      whole.pow(3),
      whole.minimum(whole),
      whole.where(mask, 0),
    ];
    expect(stays.map(({ dtype }) => dtype)).toEqual(stays.map(() => 'i32'));
    const floats: Tensor<'f32'>[] = [
      attune.add(whole, 0.5),
      attune.sub(1e-3, whole),
      attune.mul(whole, -0.5),
      attune.pow(whole, 0.5),
      attune.minimum(whole, 0.5),
      attune.div(whole, 2),
      attune.where(mask, 2.5, whole),
      attune.tanh(whole),
      attune.logSumExp(whole),
      attune.mul(x, 0.5),
      whole.mul(0.5),
      whole.where(mask, 0.5),
      x.mul(2),
    ];
    expect(floats.map(({ dtype }) => dtype)).toEqual(floats.map(() => 'f32'));
    // One of both: only the number says which.
    expectTypeOf(attune.mul(whole, count).dtype).toEqualTypeOf<'i32' | 'f32'>();
    expectTypeOf(whole.mul(count).dtype).toEqualTypeOf<'i32' | 'f32'>();
    expectTypeOf(attune.add(x, count)).toEqualTypeOf<Tensor<'f32'>>();
    expectTypeOf(attune.add(whole as Tensor, 1).dtype).toEqualTypeOf<attune.DType>();
    expect(attune.where(mask, mask, 0).dtype).toBe('bool');
  });

  it('refuses two that differ', () => {
    const [x, whole] = [attune.zeros([2]), attune.zeros([2], { dtype: 'i32' })];
    // @ts-expect-error i32 beside f32
    expect(() => attune.sub(x, whole)).toThrow(/a is of f32 and b of i32/);
    // @ts-expect-error bool beside f32
    expect(() => attune.eq(x, attune.gt(x, 0))).toThrow(/a is of f32 and b of bool/);
    // @ts-expect-error an Int32Array is not a Float32Array
    expectTypeOf(whole.data()).toEqualTypeOf<Promise<Float32Array>>();
  });
});

describe('a type that the operation refuses does not compile', () => {
  it.each<[string, (floats: Tensor<'f32'>, integers: Tensor<'i32'>) => unknown]>([
    // @ts-expect-error A mean of integers
    ['mean', (_, integers) => attune.mean(integers)],
    // @ts-expect-error The same
    ['variance', (_, integers) => attune.variance(integers)],
    // @ts-expect-error The same
    ['std', (_, integers) => attune.std(integers)],
    // @ts-expect-error The same
    ['norm', (_, integers) => attune.norm(integers)],
    // @ts-expect-error An index of floats
    ['gather', (floats) => attune.gather(floats, 0, floats)],
    // @ts-expect-error The same
    ['scatterAdd', (floats) => attune.scatterAdd(floats, 0, floats, floats)],
    // @ts-expect-error The same
    ['takeAlongDim', (floats) => attune.takeAlongDim(floats, floats, 0)],
    // @ts-expect-error The same
    ['indexSelect', (floats) => attune.indexSelect(floats, 0, floats)],
    // @ts-expect-error The same
    ['oneHot', (floats) => attune.oneHot(floats, 2)],
    // @ts-expect-error The same
    ['nllLoss', (floats) => attune.nllLoss(floats, floats)],
    // @ts-expect-error A mask that is not of bool
    ['maskedFill', (floats, integers) => attune.maskedFill(floats, integers, 0)],
    // @ts-expect-error The same
    ['where', (floats) => attune.where(floats, floats, 0)],
    // @ts-expect-error Losses of integers
    ['crossEntropy', (_, integers) => attune.crossEntropy(integers, integers)],
    // @ts-expect-error The same
    ['mseLoss', (floats, integers) => attune.mseLoss(floats, integers)],
    // @ts-expect-error The same
    ['l1Loss', (floats, integers) => attune.l1Loss(integers, floats)],
    // @ts-expect-error The same
    ['bceWithLogits', (floats, integers) => attune.bceWithLogits(floats, integers)],
    // @ts-expect-error Functions of floats, of integers
    ['softmax', (_, integers) => attune.softmax(integers)],
    // @ts-expect-error The same
    ['logSoftmax', (_, integers) => attune.logSoftmax(integers)],
    // @ts-expect-error The same
    ['matmul', (floats, integers) => attune.matmul(floats, integers)],
    // @ts-expect-error The same
    ['matmul of two', (_, integers) => attune.matmul(integers, integers)],
    // @ts-expect-error f16 beside f32
    ['matmul with f16', (floats) => attune.matmul(floats, attune.cast(floats, 'f16'))],
    // @ts-expect-error Functions of floats, of integers
    ['linear', (floats, integers) => attune.linear(integers, floats)],
    // @ts-expect-error The same
    ['linear with such a bias', (floats, integers) => attune.linear(floats, floats, integers)],
    // @ts-expect-error The same
    ['layerNorm', (floats, integers) => attune.layerNorm(integers, floats, floats)],
    // @ts-expect-error The same
    ['scale', (_, integers) => attune.scale(integers, 2)],
    // @ts-expect-error The same
    ['gelu', (_, integers) => attune.gelu(integers)],
    // @ts-expect-error The same
    ['lerp', (floats, integers) => attune.lerp(floats, integers, 0.5)],
    // @ts-expect-error The same
    ['einsum', (_, integers) => attune.einsum('ij->j', integers)],
    // @ts-expect-error The same
    ['scaledDotProductAttention', (floats, integers) => attune.scaledDotProductAttention(floats, integers, floats)],
    // @ts-expect-error The same
    ['gatherRows', (_, integers) => attune.gatherRows(integers, Uint32Array.of(0))],
    // @ts-expect-error The same
    ['bernoulli', (_, integers) => attune.bernoulli(integers)],
    // @ts-expect-error The same
    ['marginRankingLoss', (floats, integers) => attune.marginRankingLoss(floats, floats, integers)],
    // @ts-expect-error The same
    ['tripletMarginLoss', (floats, integers) => attune.tripletMarginLoss(floats, integers, floats)],
    // @ts-expect-error Numbers made of a mask
    ['add', (floats) => attune.add(attune.gt(floats, 0), 1)],
    // @ts-expect-error The same
    ['sub', (floats) => attune.sub(1, attune.gt(floats, 0))],
    // @ts-expect-error The same
    ['neg', (floats) => attune.neg(attune.gt(floats, 0))],
    // @ts-expect-error The same
    ['clamp', (floats) => attune.clamp(attune.gt(floats, 0), { min: 0 })],
    // @ts-expect-error The same
    ['relu', (floats) => attune.relu(attune.gt(floats, 0))],
    // @ts-expect-error Methods of integers and of masks
    ['the method mean', (_, integers) => integers.mean()],
    // @ts-expect-error The same
    ['the method softmax', (_, integers) => integers.softmax(0)],
    // @ts-expect-error The same
    ['the method matmul', (floats, integers) => integers.matmul(floats)],
    // @ts-expect-error The same
    ['the method oneHot', (floats) => floats.oneHot(2)],
    // @ts-expect-error The same
    ['the method square', (floats) => floats.gt(0).square()],
    // @ts-expect-error f32 beside f16, which add and mul alone take
    ['div', (floats) => attune.div(floats, attune.cast(floats, 'f16'))],
    // @ts-expect-error The same
    ['maximum', (floats) => attune.maximum(floats, attune.cast(floats, 'f16'))],
    // @ts-expect-error The same
    ['lt', (floats) => attune.lt(floats, attune.cast(floats, 'f16'))],
  ])('%s', (_, call) => {
    const [floats, integers] = [attune.ones([2, 2]), attune.ones([2, 2], { dtype: 'i32' })];
    expect(() => call(floats, integers)).toThrow(attune.TensorError);
  });

  it('while a type that is not known does, and numbers and arrays', () => {
    const x: Tensor = attune.ones([2, 2]);
    const index: Tensor = attune.zeros([2, 2], { dtype: 'i32' });
    const mask: Tensor = attune.gt(x, 0);
    const halves = attune.cast(x, 'f16');
    const given = [
      attune.mean(x),
      attune.gather(x, 0, index),
      attune.indexSelect(x, 0, [0, 1]),
      attune.where(mask, x, 0),
      attune.maskedFill(x, mask, 0),
      attune.crossEntropy(x, Int32Array.of(0, 1)),
      attune.mseLoss(x, x),
      attune.add(halves, attune.ones([2, 2])),
      attune.mul(attune.ones([2, 2]), halves),
      attune.softmax(x),
      attune.matmul(x, x),
      attune.matmul(halves, halves),
      attune.linear(x, x, null),
      attune.linear(x, attune.ones([2, 2])),
      attune.lerp(x, 2, x),
      attune.neg(index),
      x.mean().mul(2),
      index.softmax === x.softmax ? x.softmax() : x,
    ];
    expectTypeOf(attune.add(halves, attune.ones([2, 2]))).toEqualTypeOf<Tensor<'f16'>>();
    expectTypeOf(attune.mul(attune.ones([2, 2]), halves)).toEqualTypeOf<Tensor<'f32'>>();
    expect([attune.add(halves, x).dtype, attune.mul(x, halves).dtype]).toEqual(['f16', 'f32']);
    expect(given.every((result) => result instanceof attune.Tensor)).toBe(true);
  });
});

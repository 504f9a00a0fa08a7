import { unaryReference } from '@attune/kernels/reference';
import * as unaryMembers from '@attune/kernels/unary';
import { beforeAll, describe, expect, it } from 'vitest';
import * as attune from '../../index.ts';
import type { Device, Tensor } from '../../index.ts';
import * as activations from './activations.ts';
import * as functions from './unary.ts';
import { checkGradient } from '../../testing/checkGradient.ts';

/** A copy, to be looked up by name. */
const operations = { ...functions, ...activations };
const unary = { ...unaryMembers };

let device: Device;
beforeAll(async () => {
  device = await attune.defaultDevice();
});

const smooth = [
  'neg',
  'abs',
  'square',
  'exp',
  'expm1',
  'sin',
  'cos',
  'sigmoid',
  'relu',
  'silu',
  'softplus',
  'erf',
] as const;
const ofPositive = ['log', 'log1p', 'sqrt', 'rsqrt', 'reciprocal'] as const;
const steps = ['sign', 'floor', 'ceil', 'round'] as const;
const tests = ['isNan', 'isFinite', 'logicalNot'] as const;

describe('functions of every element', () => {
  it.each(smooth)('%s has the gradient of its reference', (name) =>
    checkGradient({
      device,
      shapes: [[3, 17]],
      operation: (x) => operations[name](x!),
      reference: (x) => unaryReference(unary[name], x!),
    }),
  );

  it.each(ofPositive)('%s has the gradient of its reference above 0', (name) =>
    checkGradient({
      device,
      shapes: [[3, 5]],
      operation: (x) => operations[name](attune.exp(x!)),
      reference: (x) => unaryReference(unary[name], x!.map(Math.exp)),
    }),
  );

  it('leakyRelu, elu, clamp and gelu by tanh have the gradients of their references', async () => {
    const cases = [
      ['leakyRelu', 0.2, 0, (x: Tensor) => attune.leakyRelu(x, 0.2)],
      ['elu', 1.5, 0, (x: Tensor) => attune.elu(x, 1.5)],
      ['clamp', -0.5, 0.75, (x: Tensor) => attune.clamp(x, { min: -0.5, max: 0.75 })],
      ['clamp', -0.5, Infinity, (x: Tensor) => attune.clamp(x, { min: -0.5 })],
      ['geluTanh', 0, 0, (x: Tensor) => attune.gelu(x, { approximate: 'tanh' })],
    ] as const;
    for (const [name, p, q, operation] of cases)
      await checkGradient({
        device,
        shapes: [[31]],
        operation: (x) => operation(x!),
        reference: (x) => unaryReference(unary[name], x!, p, q),
      });
  });

  it.each(steps)('%s has the gradient 0', async (name) => {
    const x = attune.tensor([-1.5, 0.5, 2.5], { shape: [3], device, requiresGrad: true });
    const y = operations[name](x);
    attune.sum(y).backward();
    expect([...(await y.data())]).toEqual([...unaryReference(unary[name], [-1.5, 0.5, 2.5])]);
    expect([...(await x.grad!.data())].map(Math.abs)).toEqual([0, 0, 0]);
  });

  it.each(tests)('%s gives bool, without a gradient', async (name) => {
    const x = attune.tensor([0, NaN, -Infinity, 2], { shape: [2, 2], device, requiresGrad: true });
    const y = operations[name](x);
    expect([y.dtype, y.requiresGrad, y.shape]).toEqual(['bool', false, [2, 2]]);
    expect([...(await y.data())]).toEqual([...unaryReference(unary[name], [0, NaN, -Infinity, 2])]);
    expect([...(await attune.logicalNot(y).data())]).toEqual([...(await y.data())].map((value) => 1 - value));
  });

  it('has the gradient of PyTorch at the ends of clamp, and at 0', async () => {
    const x = attune.tensor([-1, -0.5, 0, 0.5, NaN], { shape: [5], device, requiresGrad: true });
    attune.sum(attune.clamp(x, { min: -0.5, max: 0.5 })).backward();
    expect([...(await x.grad!.data())]).toEqual([0, 0, 1, 0, 0]);
    const zero = attune.tensor([0], { shape: [], device, requiresGrad: true });
    attune.relu(zero).backward();
    attune.abs(zero).backward();
    expect(await zero.grad!.item()).toBe(0);
  });

  it.each<[object, number[]]>([
    [{ min: 0 }, [0, 0, 1, 1, 0]],
    [{ max: 1 }, [1, 1, 0, 0, 0]],
    [{ min: 0, max: 1 }, [0, 0, 0, 0, 0]],
    [{ min: Infinity }, [0, 0, 0, 0, 0]],
    [{ max: Infinity }, [1, 1, 1, 0, 0]],
    [{ min: -Infinity, max: Infinity }, [0, 1, 1, 0, 0]],
  ])('has the gradient of PyTorch of infinite numbers and clamp by %j', async (options, gradient) => {
    const x = attune.tensor([-Infinity, -2, 3, Infinity, NaN], { device, requiresGrad: true });
    attune.sum(attune.clamp(x, options)).backward();
    expect([...(await x.grad!.data())]).toEqual(gradient);
  });

  it('keeps the shape of empty tensors and scalars', async () => {
    expect((await attune.exp(attune.tensor([], { shape: [0, 3], device })).data()).length).toBe(0);
    expect(await attune.exp(attune.tensor([0], { shape: [], device })).item()).toBe(1);
  });

  it('keeps f16, and whole numbers where PyTorch does', async () => {
    const half = attune.cast(attune.tensor([1, -2, 3], { shape: [3], device }), 'f16');
    const squared = attune.square(half);
    expect([squared.dtype, ...(await squared.data())]).toEqual(['f16', 1, 4, 9]);
    const whole = attune.tensor(Int32Array.of(-5, 0, 7), { shape: [3], device });
    const clamped = attune.clamp(whole, { max: 3 });
    expect([clamped.dtype, ...(await clamped.data())]).toEqual(['i32', -5, 0, 3]);
    expect(attune.exp(whole).dtype).toBe('f32');
  });

  it('says what it takes', () => {
    const whole = attune.tensor(Int32Array.of(1), { shape: [1], device });
    expect(() => attune.exp(3 as never)).toThrow(/exp: input must be a Tensor; got 3/);
    expect(() => attune.clamp(whole, { min: 0.5 })).toThrow(
      /clamp: min is 0.5, which i32 does not hold; use cast\(\) on the tensor/,
    );
    expect(() => attune.clamp(whole, {})).toThrow('clamp: give min, max, or both');
    expect(() => attune.elu(whole, 'a' as never)).toThrow(/elu: alpha must be a number/);
  });
});

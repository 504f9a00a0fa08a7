import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '@attune/kernels';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { AutogradError } from '../errors.ts';
import { add, mul } from '../functional/elementwise/binary.ts';
import { tensor, zeros } from '../functional/creation/create.ts';
import { fusedLinear } from '../functional/products/linear.ts';
import { sum } from '../functional/reductions/reductions.ts';
import { exp, square } from '../functional/elementwise/unary.ts';
import { makeContiguous } from '../nn/parameter/contiguous.ts';
import { Parameter } from '../nn/parameter/parameter.ts';
import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

let device: Device;
let other: Device;
beforeAll(async () => {
  device = await defaultDevice();
  other = await openDevice();
});
afterAll(() => other.destroy());

const leaf = () => tensor([1, 2, 3], { requiresGrad: true });
const gone = () => {
  const x = tensor([1, 2, 3]);
  x.dispose();
  return x;
};

describe('registerHook', () => {
  it('shows the whole gradient of what was computed, once', async () => {
    const x = leaf();
    const y = square(x);
    const seen: Tensor[] = [];
    y.registerHook((gradient) => void seen.push(gradient));
    sum(add(mul(y, 3), mul(y, y))).backward();
    // It may be kept, and read later.
    expect(await Promise.all(seen.map((gradient) => gradient.toArray()))).toEqual([[5, 11, 21]]);
    expect(await x.grad!.toArray()).toEqual([10, 44, 126]);
  });

  it('puts another gradient in place, before the kept one and what was computed from', async () => {
    const x = leaf();
    const y = square(x);
    y.retainGrad();
    y.registerHook((gradient) => mul(gradient, 10));
    y.registerHook((gradient) => add(gradient, 1));
    sum(y).backward();
    expect(await y.grad!.toArray()).toEqual([11, 11, 11]);
    expect(await x.grad!.toArray()).toEqual([22, 44, 66]);
  });

  it('sees the sum of one pass of what was given, and adds up what it returns', async () => {
    const x = leaf();
    const seen: unknown[] = [];
    x.registerHook((gradient) => {
      seen.push(gradient.toArray());
      return mul(gradient, 2);
    });
    for (const _ of [1, 2]) sum(add(square(x), x)).backward();
    expect(await Promise.all(seen)).toEqual([
      [3, 5, 7],
      [3, 5, 7],
    ]);
    expect(await x.grad!.toArray()).toEqual([12, 20, 28]);
  });

  it('sees the gradient that backward was given', async () => {
    const y = exp(tensor([0, 0], { requiresGrad: true }));
    const given = tensor([1, 4]);
    const seen: unknown[] = [];
    y.registerHook((gradient) => {
      seen.push(gradient.toArray());
      return mul(gradient, 0);
    });
    y.backward(given);
    expect(await Promise.all(seen)).toEqual([[1, 4]]);
    expect(await given.toArray()).toEqual([1, 4]);
  });

  it('works on parameters that are computed as one', async () => {
    const make = (shape: number[]) => new Parameter(new Float32Array(sizeOf(shape)), { shape, device });
    const weights = [make([64, 1]), make([64, 1])];
    const biases = [make([64]), make([64])];
    makeContiguous(weights);
    makeContiguous(biases);
    weights[1]!.registerHook((gradient) => mul(gradient, 100));
    biases[0]!.registerHook((gradient) => mul(gradient, 7));
    sum(fusedLinear(tensor([[5]]), weights, biases)).backward();
    const gradients = await Promise.all([...weights, ...biases].map((one) => one.grad!.data()));
    const filled = [5, 500, 7, 1].map((value) => new Float32Array(64).fill(value));
    expect(gradients).toEqual(filled);
  });

  it('is taken away by its handle', async () => {
    const x = leaf();
    const handle = x.registerHook((gradient) => mul(gradient, 0));
    handle.remove();
    sum(x).backward();
    expect(await x.grad!.toArray()).toEqual([1, 1, 1]);
  });

  it('says what it takes', () => {
    const x = leaf();
    expect(() => x.registerHook(3 as never)).toThrow('registerHook: hook must be a function; got 3');
    expect(() => tensor([1]).registerHook(() => undefined)).toThrow(/registerHook\(\): no gradient can flow/);
  });

  it.each([
    ['a number', () => 3, /must return a Tensor or nothing; got 3/],
    ['another shape', () => tensor([1]), /is of f32 and the shape \[1\]; it must be of floats and the shape \[3\]/],
    ['whole numbers', () => zeros([3], { dtype: 'i32' }), /is of i32 and the shape \[3\]; it must be of floats/],
    ['another device', () => zeros([3], { device: other }), /is on another device than the tensor/],
    ['what is released', () => gone(), /cannot be read: this tensor's memory was released/],
  ])('refuses %s from a hook', (_, returned, message) => {
    const x = leaf();
    x.registerHook(returned as never);
    expect(() => sum(x).backward()).toThrow(AutogradError);
    expect(() => sum(x).backward()).toThrow(message);
  });
});

describe('backward(gradient)', () => {
  it.each([
    ['another device', () => zeros([3], { device: other }), /the gradient is on another device than the tensor/],
    ['what is released', () => gone(), /the gradient cannot be read: this tensor's memory was released/],
  ])('refuses %s', (_, given, message) => {
    for (const start of [leaf(), square(leaf())]) {
      expect(() => start.backward(given())).toThrow(AutogradError);
      expect(() => start.backward(given())).toThrow(message);
    }
  });
});
